// Generates a reply like Claude's of a given length: prose with emphasis, links, lists and tables, and one third
// code. Pure, and the same in every run.

import { randomOf } from "../soak/random.ts";

const words =
	"the object holds every socket and keeps what was said in its own storage so that nothing is lost when it sleeps a client comes back with its cursor reads only what changed since then and goes on where it was".split(
		" ",
	);

const code = {
	ts: [
		"export async function read(cursor: string): Promise<Page> {",
		"	const rows = await store.after(cursor, { limit: 50 });",
		"	// What is missing is asked for again.",
		'	if (rows.length === 0) return { messages: [], hasMore: false, note: "nothing new" };',
		"	return rows.map((row) => toMessage(row)).filter(({ revision }) => revision > 42);",
		"}",
	],
	python: [
		"def read(cursor: str, limit: int = 50) -> list[Row]:",
		'    """What changed since the cursor."""',
		"    rows = [row for row in store if row.revision > int(cursor)]",
		"    return sorted(rows, key=lambda row: row.seq)[:limit]  # newest last",
	],
	sql: ["SELECT id, content, revision FROM messages", "WHERE revision > ?1 AND status <> 'streaming'", "ORDER BY revision LIMIT 50;"],
};

export function answerOf(length: number): string {
	const { below } = randomOf(7);
	const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;
	const say = (count: number) => Array.from({ length: count }, () => pick(words)).join(" ");
	const rich = () =>
		[
			() => `${say(9)} **${say(3)}** ${say(6)}`,
			() => `${say(5)} \`${say(1)}.${say(1)}()\` ${say(7)} *${say(2)}* ${say(3)}`,
			() => `${say(8)} [${say(3)}](https://docs.example/${say(1)}/${say(1)}?a=1#${say(1)}) ${say(4)}`,
			() => `**\`${say(1)}\`** ${say(10)}, ~~${say(2)}~~ ${say(4)}`,
			() => say(16),
		][below(5)]?.() ?? "";
	const listed = (mark: (index: number) => string) =>
		Array.from({ length: 3 + below(4) }, (_, index) => `${mark(index)} ${rich()}.`).join("\n");
	const table = () => {
		const row = () => `| ${say(2)} | **${say(1)}** | ${below(1000)} |`;
		return ["| What it is | How | Cost |", "|:-----------|:---:|-----:|", ...Array.from({ length: 3 + below(4) }, row)].join("\n");
	};
	const fence = () => {
		const language = pick(Object.keys(code) as (keyof typeof code)[]);
		return `\`\`\`${language}\n${Array.from({ length: 2 }, () => code[language].join("\n")).join("\n\n")}\n\`\`\``;
	};
	const prose = [
		() => `## ${say(4)}`,
		() => `${rich()}. ${rich()}. ${rich()}.`,
		() => `${rich()}:\n\n${listed(() => "-")}`,
		() => listed((index) => `${index + 1}.`),
		() => `> ${rich()}.`,
		table,
	];
	let text = "";
	let inCode = 0;
	while (text.length < length) {
		const part = inCode < text.length / 3 ? fence() : (prose[below(prose.length)]?.() ?? "");
		if (part.startsWith("```")) inCode += part.length;
		text += `${part}\n\n`;
	}
	return text.slice(0, length);
}
