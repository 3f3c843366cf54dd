// Copies a text. The button keeps its name; the outcome is shown beside it.

import { useEffect, useState } from "react";
import { clock, copyText } from "../../browser.ts";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./ReplyBar.module.css";
import toolbar from "./Toolbar.module.css";

/** In ms. */
const shownFor = 4_000;

export function useCopy() {
	const [outcome, setOutcome] = useState<{ isDone: boolean }>();
	useEffect(() => (outcome ? clock.after(shownFor, () => setOutcome(undefined)) : undefined), [outcome]);
	return { outcome, copy: async (text: string) => setOutcome({ isDone: await copyText(text) }) };
}

type Props = { text: string; tabIndex: number; copying: ReturnType<typeof useCopy> };

export function CopyButton({ text, tabIndex, copying: { outcome, copy } }: Props) {
	const strings = useStrings();
	return (
		<button
			type="button"
			className={toolbar.button}
			tabIndex={tabIndex}
			aria-label={strings.copy}
			title={strings.copy}
			onClick={() => void copy(text)}
		>
			<Icon name={outcome?.isDone ? "check" : "copy"} />
		</button>
	);
}

/** Always rendered, so that screen readers announce its changes. */
export function CopyStatus({ copying: { outcome } }: Pick<Props, "copying">) {
	const strings = useStrings();
	return (
		<span className={styles.said} aria-live="polite">
			{outcome && (outcome.isDone ? strings.copied : strings.copyFailed)}
		</span>
	);
}
