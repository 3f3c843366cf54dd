import { afterAll, beforeAll, expect, it } from "vitest";
import { nameAssistant } from "../../src/protocol/text/assistant-name.ts";
import { de } from "../../web/src/languages/de.ts";
import { en } from "../../web/src/languages/en.ts";
import { inNameOf } from "../../web/src/languages/inNameOf.ts";
import { en as moneyEnglish, de as moneyGerman } from "../../web/src/money/words.ts";

beforeAll(() => nameAssistant("Ada's helper"));
afterAll(() => nameAssistant());

/** All texts that need no arguments. */
const textsOf = (texts: object): string[] =>
	Object.values(texts).flatMap((text) => (typeof text === "string" ? [text] : typeof text === "object" ? textsOf(text) : []));

it.each([
	["English", { ...en, money: moneyEnglish }],
	["German", { ...de, money: moneyGerman }],
])("no %s text names Claude where the assistant has another name", (_, texts) => {
	expect(textsOf(inNameOf<object>(texts)).filter((text) => /claude/i.test(text.replace("CLAUDE_MAX_TOKENS", "")))).toEqual([]);
});

it("is in composed texts, and leaves the names of people alone", () => {
	const strings = inNameOf(en);
	expect(strings.thinking).toBe("Ada's helper is thinking…");
	expect(strings.reasons.refusal).toBe("Ada's helper declined to answer this.");
	expect(strings.messagePlaceholder(true)).toBe("Message, or ask @Ada's helper");
	expect(strings.emptyText("mention", false)).toContain("Mention @Ada's helper to ask it.");
	expect(strings.waitingForClaude(["Claude Dupont", "Bob"])).toBe("Waiting for Ada's helper: Claude Dupont and Bob");
	expect(inNameOf(de).waitingForClaude(["Claude Dupont"])).toBe("Warten auf Ada's helper: Claude Dupont");
});

it("may contain the name of Claude", () => {
	nameAssistant("Claude Junior");
	expect(inNameOf(en).reasons.refusal).toBe("Claude Junior declined to answer this.");
	nameAssistant("Ada's helper");
});
