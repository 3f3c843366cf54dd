// The settings of a conversation: its title, when Claude replies, and how.

import { type Context, Hono } from "hono";
import * as v from "valibot";
import { beyond, needsCapabilities, offeredModels } from "../claude/models.ts";
import { type ClaudeChange, claudeChange, instructionsVersionSchema } from "../protocol/claude-settings.ts";
import { assistantSchema, conversationSchema, retentionDaysSchema, retentionRange, titleSchema } from "../protocol/conversation.ts";
import { limits } from "../protocol/limits.ts";
import { numberText, rangeText } from "../protocol/text/number-text.ts";
import { type App, bodyUpTo, call, readJson, refuse, respond } from "./http.ts";
import { examples } from "./openapi/examples.ts";
import { describe } from "./operation.ts";

export const conversationSettings = new Hono<App>();

const changeSchema = v.object({
	title: v.optional(titleSchema),
	assistant: v.optional(assistantSchema),
	retentionDays: v.optional(retentionDaysSchema),
	...claudeChange,
});

/** What each field must be, for people who sent something else. */
const rules: { readonly [field in keyof typeof changeSchema.entries]: string } = {
	title: `\`title\` is one line of up to ${limits.title} characters.`,
	assistant: "`assistant` is `auto`, `always`, `mention` or `off`.",
	retentionDays: `\`retentionDays\` is ${rangeText(retentionRange)}, or null for as long as the deployment keeps messages.`,
	model: "`model` is the id of a model of `GET /api/models`, or null for the default.",
	effort: "`effort` is `low`, `medium`, `high`, `xhigh`, `max`, or null for the model's own.",
	instructions: `\`instructions\` is a text of up to ${numberText(limits.instructions)} characters.`,
	asks: "`asks` is `members` or `owners`.",
	tools:
		"`tools` is an object with `webSearch`, `webFetch` (true or false) and `mcp` (names of servers of `GET /api/models`), or some of them.",
	budget: `\`budget\` is an object with \`usd\`, a number of 0 to ${numberText(limits.budgetUsd)}, and \`period\`: \`day\`, \`month\` or \`total\`. It can also be null.`,
};

const notOffered = "This deployment does not offer that model. GET /api/models lists those that it does.";

describe("PATCH /conversations/:id", {
	tag: "Conversations",
	summary: "Change a conversation",
	description:
		"Changes the fields that the body contains, and leaves the others as they are. If one of them cannot be accepted, none is changed. If the title is empty, the first words of the conversation become its title again. Claude reads changed instructions from its next reply on, and members see who changed them. A program may not set `retentionDays`. To a token that may not read, the response shows a title and instructions only if the body contains them.",
	access: "owner",
	programs: "manage",
	body: { schema: changeSchema, example: { title: "Release on Friday", assistant: "mention", instructions: "Answer in French." } },
	answers: {
		200: {
			schema: v.object({ conversation: conversationSchema }),
			example: { conversation: { ...examples.conversation, assistant: "mention", ...examples.instructed } },
		},
	},
	refuses: {
		bad_request: "A field has another form, the deployment does not allow that model, or the model cannot do that. Nothing was changed.",
		unavailable: "The list of models cannot be read right now. Nothing was changed.",
	},
});
conversationSettings.patch("/conversations/:id", bodyUpTo(limits.settingsBodyBytes), async (c) => {
	const read = v.safeParse(changeSchema, await readJson(c));
	if (!read.success) return refuse(c, "bad_request", ruleOf(read.issues[0]));
	const change = read.output;
	if (typeof change.model === "string") {
		const { models, isComplete } = await offeredModels(c.get("settings").claude);
		if (!models.some(({ id }) => id === change.model)) return isComplete ? refuse(c, "bad_request", notOffered) : refuse(c, "unavailable");
	}
	const detail = await beyondModel(c, change);
	if (detail !== undefined) return refuse(c, "bad_request", detail);
	const servers = c.get("settings").mcp.map(({ name }) => name);
	if (change.tools?.mcp?.some((name) => !servers.includes(name))) return refuse(c, "bad_request", rules.tools);
	return respond(c, await call(c, (calls) => calls.update(change)), (conversation) => ({ conversation }));
});

/** Says what of a change the conversation's model is known not to do. A chosen model that is not offered any more is not judged. */
async function beyondModel(c: Context<App>, change: ClaudeChange): Promise<string | undefined> {
	if (!needsCapabilities(change)) return undefined;
	const { models } = await offeredModels(c.get("settings").claude);
	let { model } = change;
	if (model === undefined) {
		const conversation = await call(c, (calls) => calls.describe());
		if ("code" in conversation) return undefined;
		model = conversation.model;
	}
	const replying = models.find(({ id, isDefault }) => (model === null ? isDefault : id === model));
	return replying && beyond(replying, change);
}

/** The rule that a body breaks. */
function ruleOf({ path }: v.BaseIssue<unknown>): string {
	const field = path?.[0]?.key as keyof typeof rules | undefined;
	return (field && rules[field]) ?? "The body must be a JSON object.";
}

describe("GET /conversations/:id/instructions", {
	tag: "Conversations",
	summary: "List versions of the instructions",
	description: `Lists the instructions for Claude that owners have set, newest first. The first ones are in force. Only the latest ${limits.instructionsVersions} are kept.`,
	access: "member",
	programs: "read",
	answers: {
		200: {
			schema: v.object({ versions: v.array(instructionsVersionSchema) }),
			example: { versions: [examples.instructionsVersion] },
		},
	},
	fields: {
		versions: "The versions, newest first.",
	},
});
conversationSettings.get("/conversations/:id/instructions", async (c) =>
	respond(c, await call(c, (calls) => calls.instructions()), (versions) => versions),
);
