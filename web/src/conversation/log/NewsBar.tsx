// That there is something new above the screen: leads there, and goes for good once it was seen, or is not wanted.

import { useEffect, useState, useSyncExternalStore } from "react";
import pill from "../../controls/Pill.module.css";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./Log.module.css";
import type { Viewport } from "./viewport.ts";

type Props = {
	viewport: Viewport;
	/** Of the first that is new; `undefined` where that is older than all that is here. */
	rowKey: string | undefined;
	count: number;
	/** When the first of it came, in ms, if that is known. */
	since: number | undefined;
	onGo(): void;
	/** Where the focus goes when the bar goes. */
	onGone(): void;
};

export function NewsBar({ viewport, rowKey, count, since, onGo, onGone }: Props) {
	const strings = useStrings();
	const isAbove = useSyncExternalStore(viewport.subscribe, () => rowKey === undefined || viewport.isAbove(rowKey));
	const [isDone, setIsDone] = useState(false);
	useEffect(() => {
		// Only now all is where it stands.
		if (!isAbove && rowKey !== undefined && !viewport.isAbove(rowKey)) setIsDone(true);
	}, [isAbove, rowKey, viewport]);
	if (isDone || !isAbove || count === 0) return null;
	const done = () => {
		onGone();
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
			<button type="button" aria-label={strings.dismiss} title={strings.dismiss} onClick={done}>
				<Icon name="close" />
			</button>
		</p>
	);
}
