// What servers say, or do not say, about files that their models cannot read.

import { describe, expect, it } from "vitest";
import { deniedIn } from "../../src/claude/files/refusal.ts";
import { forgetAfter, Sight } from "../../src/claude/files/sight.ts";

it.each<[string, readonly string[]]>([
	["This model does not support image input.", ["picture"]],
	["image input is not supported - hint: if this is unexpected, you may need to provide the mmproj", ["picture"]],
	["llama3 doesn't support vision", ["picture"]],
	["No endpoints found that support image input", ["picture"]],
	["At most 0 image(s) may be provided in one request.", ["picture"]],
	["qwen3 is not a multimodal model", ["picture", "pdf"]],
	["The server was not compiled for multimodal or the model projector can't be loaded.", ["picture", "pdf"]],
	["PDFs are not supported by this model", ["pdf"]],
	["document blocks are not supported", ["pdf"]],
	["Could not process image", []],
	["This model does not support the image format image/heic", []],
	["The server does not support image types other than PNG", []],
	["The PDF document is not supported: it is password protected", []],
	["messages.0.content.1.image.source.base64: image exceeds 5 MB maximum", []],
	["At most 20 image(s) may be provided in one request.", []],
])("%s: the model reads none of %j", (message, kinds) => {
	expect(deniedIn(`400 ${JSON.stringify({ error: { type: "invalid_request_error", message } })}`)).toEqual(kinds);
});

describe("a model of which nothing is known", () => {
	const one = new Set(["one"]);
	const other = new Set(["other"]);

	it("is blind for a while once its server has said so", () => {
		const sight = new Sight();
		expect(sight.isBlind("picture", 0)).toBe(false);
		sight.deny("picture", 0);
		expect([sight.isBlind("picture", forgetAfter - 1), sight.isBlind("picture", forgetAfter)]).toEqual([true, false]);
		expect(sight.isBlind("pdf", 0)).toBe(false);
	});

	it("is blind for a while once two different files were refused, and none was read in between", () => {
		const sight = new Sight();
		sight.refuse("picture", one, 0);
		sight.refuse("picture", one, 1);
		sight.refuse("pdf", other, 1);
		sight.see("picture");
		sight.refuse("picture", other, 2);
		sight.refuse("picture", one, 2 + forgetAfter);
		expect(sight.isBlind("picture", 2 + forgetAfter)).toBe(false);
		sight.refuse("picture", other, 3 + forgetAfter);
		expect([sight.isBlind("picture", 3 + forgetAfter), sight.isBlind("picture", 3 + 2 * forgetAfter)]).toEqual([true, false]);
		expect(sight.isBlind("pdf", 3 + forgetAfter)).toBe(false);
	});
});
