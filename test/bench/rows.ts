// Reports rows written and read, which storage is billed by. They are counted in the runtime by
// rows/counting.bench-test.ts.

import { fileURLToPath } from "node:url";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { startVitest } from "vitest/node";
import { number, type Section, verdict } from "./report.ts";
import type { RowsOf } from "./rows/counts.ts";

/** Counts by action. */
export type RowsResults = Record<string, RowsOf>;

const mostWrittenByMessage = 3;

/** Rejects if a test fails, because then nothing was counted. */
export async function measureRows(messagesApi: string): Promise<RowsResults> {
	const plugin = cloudflareTest({
		wrangler: { configPath: fileURLToPath(new URL("../../wrangler.toml", import.meta.url)) },
		miniflare: {
			bindings: {
				JWT_SECRET: "a secret for benchmarks, at least 32 bytes long",
				SEND_BURST: "1000",
				SEND_PER_SECOND: "1000",
				ANTHROPIC_API_KEY: "benchmark",
				ANTHROPIC_BASE_URL: messagesApi,
			},
		},
	});
	const root = fileURLToPath(new URL("rows", import.meta.url));
	const vitest = await startVitest(
		[],
		{ config: false, root, include: ["*.bench-test.ts"], watch: false, reporters: ["dot"], testTimeout: 60_000 },
		{ plugins: [plugin] },
	);
	const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
	const counted = tests.flatMap((test): [string, RowsOf][] => {
		const { rows } = test.meta();
		return rows ? [[test.name, rows]] : [];
	});
	await vitest.close();
	if (counted.length === 0 || counted.length < tests.length) throw new Error("The rows could not be counted: a test failed.");
	return Object.fromEntries(counted);
}

export function rowsSection(results: RowsResults): Section {
	return {
		title: "Rows of one …",
		note: "An alarm set counts as a row. The members' calls and rows are those of the lists of conversations that every member has.",
		columns: ["", "written", "read", "calls of members", "written for members", "read for members", "aim"],
		rows: Object.entries(results).map(([name, { conversation, members, calls }]) => [
			name,
			...[conversation.written, conversation.read, calls, members.written, members.read].map(number),
			/^message, .* of (2|20) members$/.test(name)
				? verdict(conversation.written <= mostWrittenByMessage, `at most ${mostWrittenByMessage} written`)
				: "",
		]),
	};
}
