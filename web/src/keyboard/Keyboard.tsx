// The keys that work anywhere on the page: F6 between its parts, and the help.

import { useEffect, useState } from "react";
import { usePreferences } from "../account/currentPreferences.ts";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { followFocus, goToPart } from "./landmarks.ts";

const HelpDialog = lazyDialog(async () => (await import("./HelpDialog.tsx")).HelpDialog);

export function Keyboard() {
	const { letterKeys } = usePreferences();
	/**
	 * Counts how often help was opened; 0 while it is closed. A dialog reports its closing late,
	 * when the next one may already be open.
	 */
	const [help, setHelp] = useState(0);
	useEffect(followFocus, []);
	useEffect(() => {
		const press = (event: KeyboardEvent) => {
			// An open dialog has keys of its own.
			if (event.defaultPrevented || event.isComposing || document.querySelector("dialog:modal")) return;
			const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
			const hasModifier = ctrlKey || metaKey || altKey;
			if (key === "F6" && !hasModifier) goToPart(shiftKey ? -1 : 1);
			else if (key === "/" && (ctrlKey || metaKey)) setHelp(more);
			else if (key === "?" && letterKeys && !hasModifier && !isField(event.target)) setHelp(more);
			else return;
			event.preventDefault();
		};
		addEventListener("keydown", press);
		return () => removeEventListener("keydown", press);
	}, [letterKeys]);
	return help > 0 ? <HelpDialog key={help} onClose={() => setHelp((latest) => (latest === help ? 0 : latest))} /> : null;
}

const more = (help: number) => help + 1;

/** An element in which the key types or selects something. */
function isField(target: EventTarget | null): boolean {
	return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}
