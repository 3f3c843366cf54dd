// Ties a `Viewport` to a component, which renders again when other rows have to be on the page.

import { useLayoutEffect, useReducer, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { reachable } from "../../browser.ts";
import { Viewport, type ViewportOptions } from "./viewport.ts";

/** `lastOwnKey`: the last row written by the reader. A new one jumps to the end. */
export function useViewport({ lastOwnKey, ...options }: ViewportOptions & { lastOwnKey: string | undefined }) {
	const [, render] = useReducer((count: number) => count + 1, 0);
	const [viewport] = useState(() => new Viewport({ render, sync: flushSync }));
	const frame = useRef<HTMLDivElement>(null);
	const list = useRef<HTMLDivElement>(null);
	const above = useRef<HTMLDivElement>(null);
	viewport.options = options;

	useLayoutEffect(() => {
		if (!frame.current || !list.current || !above.current) return;
		reachable(frame.current);
		return viewport.attach({ frame: frame.current, list: list.current, above: above.current });
	}, [viewport]);

	useLayoutEffect(() => {
		if (lastOwnKey !== undefined) viewport.jumpToEnd();
	}, [lastOwnKey, viewport]);

	// On every commit, before the paint and before scroll events.
	useLayoutEffect(() => viewport.settle());

	return { viewport, frame, list, above };
}
