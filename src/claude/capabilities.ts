// The capabilities of a model: as its server lists them, or else from a table of Anthropic's models. Pure. What is unknown is left out: a model
// may be asked for it, and is asked again without it if it refuses.

import type { OfferedModel } from "../protocol/claude/choices.ts";
import { type Effort, effortSchema } from "../protocol/claude-settings.ts";
import { type Fields, fieldsOf } from "./values.ts";

export type Capabilities = NonNullable<OfferedModel["capabilities"]>;

/** The demo model answers by rules. */
export const noCapabilities: Capabilities = { efforts: [], webSearch: false, webFetch: false, images: false, documents: false };

const all = effortSchema.options;
const withoutXhigh = all.filter((level) => level !== "xhigh");
const upToHigh: readonly Effort[] = ["low", "medium", "high"];
/** Other levels may exist. */
const unknown = undefined;

/** The levels of effort by model, as Anthropic documents them (platform.claude.com/docs/en/build-with-claude/effort). */
const efforts: { readonly [model: string]: readonly Effort[] | undefined } = {
	"claude-fable-5-2": unknown,
	"claude-fable-5-1": unknown,
	"claude-mythos-5-1": unknown,
	"claude-fable-5": all,
	"claude-mythos-5": all,
	"claude-opus-5-5": unknown,
	"claude-opus-5": all,
	"claude-opus-4-8": all,
	"claude-opus-4-7": all,
	"claude-opus-4-6": withoutXhigh,
	"claude-opus-4-5": upToHigh,
	"claude-opus-4-1": [],
	"claude-sonnet-5-5": unknown,
	"claude-sonnet-5": all,
	"claude-sonnet-4-6": withoutXhigh,
	"claude-sonnet-4-5": [],
	"claude-haiku-5-5": unknown,
	"claude-haiku-4-5": [],
};

/** All models in the table can search, read pages and see files. */
const claude: Capabilities = { webSearch: true, webFetch: true, images: true, documents: true };

/**
 * `listed` is what the server says itself. `isAnthropic`: the server is Anthropic's own. Another one may run the same models without
 * their tools.
 */
export function capabilitiesOf(id: string, listed: Capabilities | undefined, isAnthropic: boolean): Capabilities | undefined {
	const alias = id.replace(/-\d{8}$/, "");
	if (!isAnthropic || !Object.hasOwn(efforts, alias)) return listed;
	const levels = efforts[alias];
	return { ...claude, ...(levels && { efforts: [...levels] }), ...listed };
}

/** The capabilities of an entry in a server's list of models. */
export function readCapabilities({ capabilities, max_input_tokens }: Fields): Capabilities | undefined {
	if (typeof capabilities !== "object" || capabilities === null) return undefined;
	const { effort, server_tools, image_input, pdf_input } = fieldsOf(capabilities);
	const isKnown = (value: unknown) => typeof fieldsOf(value).supported === "boolean";
	const supports = (value: unknown) => fieldsOf(value).supported === true;
	const { web_search } = fieldsOf(server_tools);
	return {
		...(isKnown(effort) && { efforts: all.filter((level) => supports(effort) && supports(fieldsOf(effort)[level])) }),
		...(isKnown(web_search) && { webSearch: supports(web_search) }),
		...(isKnown(image_input) && { images: supports(image_input) }),
		...(isKnown(pdf_input) && { documents: supports(pdf_input) }),
		...(Number.isSafeInteger(max_input_tokens) && (max_input_tokens as number) > 0 && { contextTokens: max_input_tokens as number }),
	};
}
