// The keys that mean something wherever one is: from one part of the page to the next, and what all the keys are.

import { useEffect, useState } from "react";
import { usePreferences } from "../account/currentPreferences.ts";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { followFocus, goToPart } from "./landmarks.ts";

const HelpDialog = lazyDialog(async () => (await import("./HelpDialog.tsx")).HelpDialog);

export function Keyboard() {
	const { letterKeys } = usePreferences();
	/** How often it was asked for, while it is open: one that has closed says so a moment later, when another may be wanted. */
	const [help, setHelp] = useState(0);
	useEffect(followFocus, []);
	useEffect(() => {
		const press = (event: KeyboardEvent) => {
			// What is open over the page keeps the keys to itself.
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

/** Where a key writes, or chooses. */
function isField(target: EventTarget | null): boolean {
	return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}
