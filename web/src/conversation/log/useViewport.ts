// A `Viewport` for a component, which draws its rows anew when others are to be on the page.

import { useLayoutEffect, useReducer, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { reachable } from "../../browser.ts";
import { Viewport, type ViewportOptions } from "./viewport.ts";

/** `lastOwnKey`: of the last row that the reader made; a new one brings the reader to the end. */
export function useViewport({ lastOwnKey, ...options }: ViewportOptions & { lastOwnKey: string | undefined }) {
	const [, draw] = useReducer((times: number) => times + 1, 0);
	const [viewport] = useState(() => new Viewport({ draw, atOnce: flushSync }));
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
		if (lastOwnKey !== undefined) viewport.jump();
	}, [lastOwnKey, viewport]);

	// On every commit, before anything is painted or told as scrolling.
	useLayoutEffect(() => viewport.settle());

	return { viewport, frame, list, above };
}
