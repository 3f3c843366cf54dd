// What was said and is not acknowledged, by person and conversation: it outlives leaving the page and a reload, for as long as the tab lives.

import * as v from "valibot";
import type { Outgoing } from "./transcript.ts";

export type Outbox = { read(): Outgoing[]; write(outgoing: readonly Outgoing[]): void };

const outboxSchema = v.array(v.object({ clientId: v.string(), content: v.string(), saidAt: v.number() }));

/** The outbox of whose token this is. What is kept is sent again, with its `clientId`: a resend is harmless. */
export function outboxOf(conversationId: string, token: string): Outbox {
	const key = `outbox ${bearerOf(token)} ${conversationId}`;
	return {
		read: () => {
			try {
				const kept = v.parse(outboxSchema, JSON.parse(sessionStorage.getItem(key) ?? "[]"));
				return kept.map((one) => ({ ...one, state: { type: "waiting" } }));
			} catch {
				// Forbidden by the browser, or not ours.
				return [];
			}
		},
		write: (outgoing) => {
			try {
				if (outgoing.length === 0) sessionStorage.removeItem(key);
				else sessionStorage.setItem(key, JSON.stringify(outgoing.map(({ clientId, content, saidAt }) => ({ clientId, content, saidAt }))));
			} catch {
				// Forbidden or full: it lives as long as the page.
			}
		},
	};
}

/** The `sub` of a token, for telling people apart on this device; nobody's word is taken for it. */
function bearerOf(token: string): string {
	const payload = token.split(".")[1] ?? "";
	const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
	return String((JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown }).sub);
}
