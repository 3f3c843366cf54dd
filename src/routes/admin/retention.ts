// How long one conversation keeps its messages, as an administrator sets it.

import * as v from "valibot";
import { retentionRecordSchema } from "../../protocol/admin/records.ts";
import { retentionDaysSchema, retentionRange } from "../../protocol/conversation.ts";
import { limits } from "../../protocol/limits.ts";
import { idSchema } from "../../protocol/person.ts";
import { rangeText } from "../../protocol/text/number-text.ts";
import { bodyUpTo, readBody, refuse, respond } from "../http.ts";
import { describe } from "../operation.ts";
import { admin, callerOf, callersVouchers, directoryOf } from "./admin.ts";

const changeSchema = v.object({ retentionDays: retentionDaysSchema });
const answers = {
	200: {
		schema: retentionRecordSchema,
		example: { conversationId: "Yx3kQ0v8mT1bWc5nRz7LpA", retentionDays: 90, keptDays: 90, held: false },
	},
};
const fields = {
	retentionDays: `The days that an administrator has set for this conversation in place of the deployment's: ${rangeText(retentionRange)}. \`null\` for those of the deployment.`,
	keptDays:
		"Days after which messages are deleted: the shorter of these and what the owners have set. `null` if they are kept without end.",
	held: "Whether a legal hold keeps everything: then nothing expires.",
	pending: "A shorter time that one administrator has set: it begins when another one sets the same.",
};
const refuses = { not_found: "There is no such conversation." };

describe("GET /admin/conversations/:id/retention", {
	tag: "Administration",
	summary: "Get how long a conversation keeps messages",
	description: "Returns after how many days the messages of one conversation are deleted. Nothing that anybody wrote is in it.",
	access: "administrator",
	answers,
	refuses,
	fields,
});
admin.get("/admin/conversations/:id/retention", async (c) => {
	const id = c.req.param("id");
	return v.is(idSchema, id) ? respond(c, await directoryOf(c).retention(id), (record) => record) : refuse(c, "not_found");
});

describe("PUT /admin/conversations/:id/retention", {
	tag: "Administration",
	summary: "Set how long a conversation keeps messages",
	description:
		"Sets after how many days the messages of one conversation are deleted, in place of the deployment's `RETENTION_DAYS`: a shorter or a longer time. A shorter one deletes messages, so it waits in `pending` until another administrator sets the same within a day; setting the time that is in force takes it back. What the owners have set holds if it is shorter, and nothing is deleted while a legal hold is in force. Older messages are deleted within six hours, for good. The members see the time, and the act is kept with its administrator.",
	access: "administrator",
	body: { schema: changeSchema, example: { retentionDays: 90 } },
	answers,
	refuses: { ...refuses, suspended: "The caller is suspended." },
	fields,
});
admin.put("/admin/conversations/:id/retention", bodyUpTo(limits.bodyBytes), async (c) => {
	const id = c.req.param("id");
	if (!v.is(idSchema, id)) return refuse(c, "not_found");
	const body = await readBody(c, changeSchema);
	if (!body)
		return refuse(
			c,
			"bad_request",
			`\`retentionDays\` is ${rangeText(retentionRange)}, or null for as long as the deployment keeps messages.`,
		);
	const { sealed } = await callersVouchers(c);
	return respond(c, await directoryOf(c).setRetention(callerOf(c), id, body.retentionDays, sealed), (record) => record);
});
