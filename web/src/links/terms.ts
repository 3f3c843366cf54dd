// Reads the terms of an invite from its form, and says whether one limits anything. Pure.

import type { MemberRole } from "../../../src/protocol/conversation.ts";
import type { Allows } from "../../../src/protocol/people/link.ts";

export const presets = ["ask", "speak", "read"] as const;

export type LinkTerms = { role: Exclude<MemberRole, "owner">; allows: Allows };

/** A field that is left empty sets no limit. */
export function termsOf(form: FormData): LinkTerms {
	const preset = form.get("preset");
	const until = Date.parse(String(form.get("until") ?? ""));
	const [questions, usd] = [numberOf(form.get("questions")), numberOf(form.get("usd"))];
	return {
		role: preset === "read" ? "reader" : "member",
		allows: {
			...(preset === "speak" && { questions: 0 }),
			...(preset === "ask" && questions !== undefined && { questions }),
			...(preset === "ask" && usd !== undefined && { usd }),
			...(!Number.isNaN(until) && { until: new Date(until).toISOString() }),
			...(form.get("new") !== null && { history: "new" as const }),
		},
	};
}

function numberOf(value: FormDataEntryValue | null): number | undefined {
	return value === null || value === "" ? undefined : Number(value);
}

export function isLimited(role: MemberRole, allows: Allows): boolean {
	return role === "reader" || Object.keys(allows).length > 0;
}
