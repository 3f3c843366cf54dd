// A modal dialog with a title and a close button. Escape or a click outside closes it too.

import { type ReactNode, useId, useRef } from "react";
import { createPortal } from "react-dom";
import { useStrings } from "../languages/useStrings.ts";
import dialog from "./Dialog.module.css";
import { IconButton } from "./IconButton.tsx";
import styles from "./Modal.module.css";
import { useModal } from "./useModal.ts";

type Props = { title: string; onClose(): void; children: ReactNode };

export function Modal({ title, onClose, children }: Props) {
	const strings = useStrings();
	const id = useId();
	const frame = useRef<HTMLDialogElement>(null);
	useModal(frame);
	// In a portal: inside a hidden ancestor it would be invisible and still block the page.
	return createPortal(
		<dialog ref={frame} className={`${dialog.dialog} ${styles.modal}`} aria-labelledby={id} closedby="any" onClose={onClose}>
			<header className={styles.bar}>
				<h2 id={id}>{title}</h2>
				<IconButton icon="close" name={strings.close} onClick={() => frame.current?.close()} />
			</header>
			{children}
		</dialog>,
		document.body,
	);
}
