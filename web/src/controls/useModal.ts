// Opens a modal dialog with its component, and returns the focus when it is gone.

import { type RefObject, useLayoutEffect } from "react";
import { restoreFocus } from "../keyboard/landmarks.ts";

export function useModal(dialog: RefObject<HTMLDialogElement | null>): void {
	useLayoutEffect(() => {
		dialog.current?.showModal();
		// Later: the dialog is still on the page, and keeps the focus until it is removed.
		return () => queueMicrotask(restoreFocus);
	}, [dialog]);
}
