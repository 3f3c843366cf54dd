// Something to look at and to act in, over the page: the browser's own modal dialog, closed by its button, Escape or a click beside it.

import { type ReactNode, useEffect, useId, useRef } from "react";
import { createPortal } from "react-dom";
import { restoreFocus } from "../keyboard/landmarks.ts";
import { useStrings } from "../languages/useStrings.ts";
import dialog from "./Dialog.module.css";
import { IconButton } from "./IconButton.tsx";
import styles from "./Modal.module.css";

type Props = { title: string; onClose(): void; children: ReactNode };

export function Modal({ title, onClose, children }: Props) {
	const strings = useStrings();
	const id = useId();
	const frame = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		frame.current?.showModal();
		return restoreFocus;
	}, []);
	// Where what opened it may be hidden, it would be too, and the page could not be used.
	return createPortal(
		<dialog
			ref={frame}
			className={`${dialog.dialog} ${styles.modal}`}
			aria-labelledby={id}
			closedby="any"
			// Of a question that is asked over it: not its own.
			onClose={(event) => event.target === event.currentTarget && onClose()}
		>
			<header className={styles.bar}>
				<h2 id={id}>{title}</h2>
				<IconButton icon="close" name={strings.close} onClick={() => frame.current?.close()} />
			</header>
			{children}
		</dialog>,
		document.body,
	);
}
