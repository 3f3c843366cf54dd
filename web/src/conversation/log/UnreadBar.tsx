// A bar that leads to unread messages above the screen. It disappears for good once they were on screen, or when it is dismissed.

import { useEffect, useState, useSyncExternalStore } from "react";
import { leastMissed } from "../../../../src/protocol/memory/summary.ts";
import pill from "../../controls/Pill.module.css";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./Log.module.css";
import type { Viewport } from "./viewport.ts";

type Props = {
	viewport: Viewport;
	/** The row of the first unread message; `undefined` if that is older than the loaded ones. */
	rowKey: string | undefined;
	count: number;
	/** When that message was sent, in ms, if it is known. */
	since: number | undefined;
	onGo(): void;
	/** For whoever may ask Claude. */
	onCatchUp: (() => void) | undefined;
	/** Called before the bar disappears. */
	keepFocus(): void;
};

export function UnreadBar({ viewport, rowKey, count, since, onGo, onCatchUp, keepFocus }: Props) {
	const strings = useStrings();
	const isAbove = useSyncExternalStore(viewport.subscribe, () => rowKey === undefined || viewport.isAbove(rowKey));
	const [isDone, setIsDone] = useState(false);
	useEffect(() => {
		// After the layout, when every row has its position.
		if (!isAbove && rowKey !== undefined && !viewport.isAbove(rowKey)) setIsDone(true);
	}, [isAbove, rowKey, viewport]);
	if (isDone || !isAbove || count === 0) return null;
	const done = () => {
		keepFocus();
		setIsDone(true);
	};
	return (
		<p className={`${pill.pill} ${styles.news}`}>
			<button
				type="button"
				onClick={() => {
					done();
					onGo();
				}}
			>
				<Icon name="up" />
				{strings.newAbove(count, since, Date.now())}
			</button>
			{onCatchUp && count >= leastMissed && (
				<button
					type="button"
					onClick={() => {
						done();
						onCatchUp();
					}}
				>
					{strings.catchMeUp}
				</button>
			)}
			<button type="button" aria-label={strings.dismiss} title={strings.dismiss} onClick={done}>
				<Icon name="close" />
			</button>
		</p>
	);
}
