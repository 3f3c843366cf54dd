// Keeps the page in the name of the deployment's assistant, which the server says and this device remembers.

import { assistantName, nameAssistant, written } from "../../../src/protocol/text/assistant-name.ts";
import { adaptStrings } from "./currentLanguage.ts";

const key = "assistant";

/** Resolves when the texts have the name that this device remembers. */
export async function followAssistant(): Promise<void> {
	try {
		await meetAssistant(localStorage.getItem(key) ?? written);
	} catch {
		// The texts keep the name of Claude until the next visit.
	}
}

export async function meetAssistant(name: string): Promise<void> {
	if (name === assistantName()) return;
	nameAssistant(name);
	localStorage.setItem(key, name);
	const { inNameOf } = await import("./inNameOf.ts");
	adaptStrings(inNameOf);
}
