// A scroller that follows its end while the reader is there, and stays where the reader is otherwise: when it grows at either end.

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { reachable } from "../browser.ts";

type Options = {
	/** Of the first entry: another one means that something came before it. */
	firstKey: string | undefined;
	/** Of the last entry that the reader made: a new one brings the reader to the end. */
	lastOwnKey: string | undefined;
	/** Whether what is shown ends where everything ends: else its end is no place to stay at. */
	isEnd: boolean;
	/** Called when the reader comes near the beginning, or near the end. */
	onNearTop: (() => void) | undefined;
	onNearEnd: (() => void) | undefined;
};

/** In px: how near to the end is at it; how near to the beginning, or to an end that is not the last one, is near. */
const near = { end: 16, beginning: 400 };

export function useStickToBottom({ firstKey, lastOwnKey, isEnd, onNearTop, onNearEnd }: Options) {
	const scroller = useRef<HTMLDivElement>(null);
	const content = useRef<HTMLDivElement>(null);
	const isSticking = useRef(true);
	const [isAtBottom, setIsAtBottom] = useState(true);

	const stick = useCallback((sticks: boolean) => {
		isSticking.current = sticks;
		setIsAtBottom(sticks);
	}, []);

	const jump = useCallback(() => {
		stick(true);
		scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
	}, [stick]);

	const before = useRef({ top: 0, height: 0, firstKey });
	useEffect(() => {
		const frame = scroller.current;
		const inner = content.current;
		if (!frame || !inner) return;
		reachable(frame);
		const observer = new ResizeObserver(() => {
			if (isSticking.current && !hasMovedUp(frame, before.current.top)) frame.scrollTop = frame.scrollHeight;
			before.current.top = frame.scrollTop;
		});
		observer.observe(frame);
		observer.observe(inner);
		return () => observer.disconnect();
	}, []);

	useEffect(() => {
		const frame = scroller.current;
		if (!frame) return;
		const follow = () => {
			const { scrollTop, scrollHeight, clientHeight } = frame;
			const isMovingUp = scrollTop < before.current.top;
			before.current.top = scrollTop;
			const toEnd = scrollHeight - scrollTop - clientHeight;
			if (toEnd <= near.end) stick(isEnd);
			// Growth widens the distance too: only moving up is a wish to stay.
			else if (isMovingUp) stick(false);
			if (isMovingUp && scrollTop < near.beginning) onNearTop?.();
			if (!isMovingUp && toEnd < near.beginning) onNearEnd?.();
		};
		frame.addEventListener("scroll", follow, { passive: true });
		return () => frame.removeEventListener("scroll", follow);
	}, [stick, isEnd, onNearTop, onNearEnd]);

	useEffect(() => {
		if (lastOwnKey !== undefined) jump();
	}, [lastOwnKey, jump]);

	// On every commit, before anything is painted or told as scrolling: what becomes shorter would look like a reader moving up.
	useLayoutEffect(() => {
		const frame = scroller.current;
		if (!frame) return;
		const { top, height, firstKey: formerFirst } = before.current;
		if (isSticking.current && hasMovedUp(frame, top)) stick(false);
		if (isSticking.current) frame.scrollTop = frame.scrollHeight;
		else if (formerFirst !== firstKey) frame.scrollTop += frame.scrollHeight - height;
		before.current = { top: frame.scrollTop, height: frame.scrollHeight, firstKey };
	});

	return { scroller, content, isAtBottom, jump, leave: useCallback(() => stick(false), [stick]) };
}

/** Whether a reader has moved up since; told as scrolling only with the next frame. What merely became shorter is at its end. */
function hasMovedUp({ scrollTop, scrollHeight, clientHeight }: HTMLElement, formerTop: number): boolean {
	return scrollTop < formerTop && scrollHeight - scrollTop - clientHeight > near.end;
}
