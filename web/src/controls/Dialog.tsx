// A modal dialog that asks for a confirmation or an input.

import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useStrings } from "../languages/useStrings.ts";
import styles from "./Dialog.module.css";
import { Problem } from "./Problem.tsx";
import { useModal } from "./useModal.ts";

type Props = {
	title: string;
	/** The label of the button that confirms. */
	action: string;
	isDanger?: boolean;
	children: ReactNode;
	/** Returns the reason if it failed. The dialog then stays open and shows it. */
	act(form: FormData): Promise<string | undefined> | string | undefined;
	onClose(): void;
};

export function Dialog({ title, action, isDanger = false, children, act, onClose }: Props) {
	const strings = useStrings();
	const id = useId();
	const dialog = useRef<HTMLDialogElement>(null);
	const [state, setState] = useState<{ type: "asking" } | { type: "busy" } | { type: "refused"; text: string }>({ type: "asking" });
	useModal(dialog);

	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		if (state.type === "busy") return;
		setState({ type: "busy" });
		const problem = await act(new FormData(event.currentTarget));
		if (problem === undefined) dialog.current?.close();
		else setState({ type: "refused", text: problem });
	};

	// In a portal, so that no hidden ancestor hides it while it is open.
	return createPortal(
		<dialog ref={dialog} className={styles.dialog} aria-labelledby={id} onClose={onClose}>
			<form onSubmit={submit}>
				<h2 id={id}>{title}</h2>
				{children}
				<Problem className={styles.problem}>{state.type === "refused" && state.text}</Problem>
				<div className={styles.actions}>
					<button type="button" className={styles.cancel} onClick={() => dialog.current?.close()}>
						{strings.cancel}
					</button>
					<button type="submit" className={styles.act} data-danger={isDanger} aria-disabled={state.type === "busy"}>
						{action}
					</button>
				</div>
			</form>
		</dialog>,
		document.body,
	);
}
