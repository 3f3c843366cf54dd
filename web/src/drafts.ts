// What is written and not yet sent, by conversation, for as long as the tab lives.

const keyOf = (conversationId: string) => `draft ${conversationId}`;

export function readDraft(conversationId: string): string {
	try {
		return sessionStorage.getItem(keyOf(conversationId)) ?? "";
	} catch {
		// A browser may forbid keeping anything; then nothing was kept.
		return "";
	}
}

/** Of all conversations: whoever comes next is somebody else. */
export function forgetDrafts(): void {
	try {
		for (const key of Object.keys(sessionStorage)) if (key.startsWith(keyOf(""))) sessionStorage.removeItem(key);
	} catch {
		// Forbidden: then there are none.
	}
}

export function writeDraft(conversationId: string, text: string): void {
	try {
		if (text === "") sessionStorage.removeItem(keyOf(conversationId));
		else sessionStorage.setItem(keyOf(conversationId), text);
	} catch {
		// Forbidden or full: it stays in the field alone.
	}
}
