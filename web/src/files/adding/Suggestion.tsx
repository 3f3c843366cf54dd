// The button beside the description of a picture: Claude proposes one while there is none, and the same button takes it back.

import { useState } from "react";
import { session } from "../../account/currentSession.ts";
import { useWords } from "../words.ts";
import type { Attached } from "./attached.ts";
import type { Attachments } from "./attachments.ts";
import styles from "./Tray.module.css";
import { describe } from "./upload.ts";

type Props = { file: Attached; fileId: string; conversationId: string; attachments: Attachments };
type State = { type: "idle" } | { type: "asking" } | { type: "proposed"; text: string } | { type: "failed"; text: string };

/** Refusals whose general sentences are about other calls. */
const isAboutPicture = /^(unavailable|unsupported_type|too_large)$/;

export function Suggestion({ file: { key, name, alt }, fileId, conversationId, attachments }: Props) {
	const words = useWords();
	const [state, setState] = useState<State>({ type: "idle" });
	const isAsking = state.type === "asking";
	const isProposed = state.type === "proposed" && state.text === alt;
	const suggest = async () => {
		setState({ type: "asking" });
		const result = await session.call((token) => describe(token, conversationId, fileId, document.documentElement.lang));
		if ("error" in result) {
			const { code, message } = result.error;
			return setState({ type: "failed", text: isAboutPicture.test(code) ? words.notSuggested : message });
		}
		const { text } = result.value;
		// Whoever has written something meanwhile keeps it.
		setState(attachments.propose(key, text) ? { type: "proposed", text } : { type: "idle" });
	};
	const takeBack = () => {
		attachments.describe(key, "");
		setState({ type: "idle" });
	};
	const [label, description, act] = isProposed
		? [words.undo, words.undoSuggestion(name), takeBack]
		: [isAsking ? words.suggesting : words.suggest, words.suggestFor(name), () => void suggest()];
	const said = isAsking ? words.suggesting : isProposed || (state.type === "failed" && alt === "") ? state.text : "";
	const hasFailed = state.type === "failed" && alt === "";
	return (
		<>
			{(alt === "" || isProposed) && (
				// One element in all states, so that the focus stays. A disabled one would lose it.
				<button
					type="button"
					className={styles.retry}
					aria-label={isAsking ? undefined : description}
					title={words.suggestHint}
					aria-disabled={isAsking}
					onClick={() => isAsking || act()}
				>
					{label}
				</button>
			)}
			{/* The role comes before its content, so that a change is announced. */}
			<small role="status" data-problem={hasFailed} className={hasFailed ? undefined : "visually-hidden"}>
				{said}
			</small>
		</>
	);
}
