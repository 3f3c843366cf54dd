// Keeps the page in the name and the mark of the deployment's assistant, which the server says and this device remembers.

import { assistantMark, assistantName, nameAssistant, written } from "../../../src/protocol/text/assistant-name.ts";
import { adaptStrings } from "./currentLanguage.ts";

const key = "assistant";
const markKey = "assistant-mark";

/** Resolves when the texts have the name that this device remembers. */
export async function followAssistant(): Promise<void> {
	try {
		await meetAssistant(localStorage.getItem(key) ?? written, localStorage.getItem(markKey) ?? "");
	} catch {
		// The texts keep the name of Claude until the next visit.
	}
}

/** `mark` is empty if the assistant has none of its own. */
export async function meetAssistant(name: string, mark: string): Promise<void> {
	const isRenamed = name !== assistantName();
	if (!isRenamed && mark === (assistantMark() ?? "")) return;
	nameAssistant(name, mark || undefined);
	showMark(mark);
	localStorage.setItem(key, name);
	localStorage.setItem(markKey, mark);
	if (!isRenamed) return;
	const { inNameOf } = await import("./inNameOf.ts");
	adaptStrings(inNameOf);
}

/** The style sheets put it where Claude's mark stands otherwise. */
function showMark(mark: string): void {
	const { style, dataset } = document.documentElement;
	if (mark === "") delete dataset.mark;
	else dataset.mark = "own";
	// A JSON text of so few characters is a string of CSS, too.
	style.setProperty("--mark", JSON.stringify(mark));
}
