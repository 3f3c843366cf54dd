// Reads all purses and journals of a product that does not run, from the files of its objects.

import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export type Ledger = {
	/** `deployment`, `person` or `conversation`. */
	kind: "deployment" | "person" | "conversation";
	/** In micro-dollars, of the day on which most was spent. */
	mostOfADay: number;
	spent: number;
	reserved: number;
	/** Of a conversation: its journal, the payments that are not settled, and the settlements that have not arrived. */
	journal: number;
	payments: number;
	jobs: number;
	/** What replies have cost by their messages, in micro-dollars, and whether that is an estimate. */
	replies: { question: string; microUsd: number; isAbout: boolean }[];
	/** Of a conversation: Claude may look things up. */
	hasTools: boolean;
};

const heldNow = "SELECT sum(value ->> 0) AS sum FROM spending, json_each(open) WHERE open IS NOT NULL";
const paidNow = "SELECT sum(data ->> 'microUsd') AS sum FROM payments WHERE data ->> 'type' = 'paid'";

export function readLedgers(folder: string): Ledger[] {
	return globSync(join(folder, "**/*.sqlite")).flatMap((path) => {
		const database = new DatabaseSync(path);
		try {
			return readLedger(database);
		} finally {
			database.close();
		}
	});
}

function readLedger(database: DatabaseSync): Ledger[] {
	const tables = new Set(all<{ name: string }>(database, "SELECT name FROM sqlite_master").map(({ name }) => name));
	if (!tables.has("spending") || !tables.has("reservations")) return [];
	const isConversation = tables.has("journal");
	const sum = (query: string) => Number(all<{ sum: number | null }>(database, query)[0]?.sum ?? 0);
	const labels = all<{ label: string }>(database, "SELECT label FROM spending UNION SELECT label FROM reservations");
	const isDeployment = !isConversation && labels.some(({ label }) => label.startsWith("claude-"));
	return [
		{
			kind: isConversation ? "conversation" : isDeployment ? "deployment" : "person",
			mostOfADay: sum("SELECT max(total) AS sum FROM (SELECT sum(micro_usd) AS total FROM spending GROUP BY day)"),
			spent: sum("SELECT sum(micro_usd) AS sum FROM spending"),
			reserved: sum(isConversation ? paidNow : heldNow),
			journal: isConversation ? sum("SELECT sum(cost) AS sum FROM journal") : 0,
			payments: isConversation ? sum("SELECT count(*) AS sum FROM payments") : 0,
			jobs: isConversation ? sum("SELECT count(*) AS sum FROM jobs WHERE queue = 'settlements'") : 0,
			replies: isConversation ? [...repliesIn(database), ...asidesIn(database)] : [],
			hasTools: isConversation && sum("SELECT count(*) AS sum FROM conversation WHERE instr(tools, 'true') > 0") > 0,
		},
	];
}

/** Each reply with the question before it. */
function repliesIn(database: DatabaseSync): Ledger["replies"] {
	const rows = all<{ role: string; content: string; reply: string | null }>(
		database,
		"SELECT role, content, reply FROM messages ORDER BY seq",
	);
	return rows.flatMap(({ role, reply }, place) => {
		if (role !== "assistant") return [];
		const question = rows.slice(0, place).findLast((row) => row.role === "user")?.content ?? "";
		return [{ question, ...costIn(reply) }];
	});
}

/** Private questions with their answers. */
function asidesIn(database: DatabaseSync): Ledger["replies"] {
	const rows = all<{ question: string; reply: string | null }>(database, "SELECT question, reply FROM asides ORDER BY n");
	return rows.map(({ question, reply }) => ({ question, ...costIn(reply) }));
}

function costIn(reply: string | null): { microUsd: number; isAbout: boolean } {
	const { cost } = JSON.parse(reply ?? "{}") as { cost?: { usd: number; about?: boolean } };
	return { microUsd: Math.round((cost?.usd ?? 0) * 1_000_000), isAbout: cost?.about === true };
}

function all<Row>(database: DatabaseSync, query: string): Row[] {
	return database.prepare(query).all() as Row[];
}
