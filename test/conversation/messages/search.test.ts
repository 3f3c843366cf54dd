import { describe, expect, it } from "vitest";
import { search, snippetOf } from "../../../src/conversation/messages/search.ts";
import { migrations } from "../../../src/conversation/store/migrations.ts";
import { Store } from "../../../src/conversation/store/store.ts";
import { parseQuery } from "../../../src/conversation/store/words.ts";
import { migrate } from "../../../src/platform/migrate.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { ann, inConversation, type TestConversation } from "../../support/conversation.ts";

const add = (conversation: TestConversation, content: string) =>
	conversation.store.log.addMessage({ author: ann, content, asksClaude: false }, conversation.now);
const find = (conversation: TestConversation, text: string, before = 1e15, limit = 50) =>
	search(conversation.store.reader, text, before, limit);
const seqs = (conversation: TestConversation, text: string) => find(conversation, text).results.map(({ message }) => message.seq);

/** The highlighted parts of a snippet. */
const shown = ({ snippet, highlights }: ReturnType<typeof snippetOf>) => highlights.map(([start, end]) => snippet.slice(start, end));

describe("a search", () => {
	it.each([
		["The quick brown fox", ["quick", "QUICK fox", "qui", "fo", '"quick brown"', "bro* the"], ["brow fox", '"quick fox"', "uick", "q"]],
		["Crème brûlée à la carte", ["creme", "BRÛL", "a la"], ["cream"]],
		["Łódź, Bjørn in Đà Nẵng: smørrebrød, Æsir", ["lodz", "ŁÓDŹ", "bjorn da nang", "smorre", "aesir", "ÆSIR"], ["olodz"]],
		["GROẞ", ["groß", "gross", "GROSS", "groẞ"], ["gros ist"]],
		["Die Straße ist naß", ["strasse", "STRAẞE", "STRASSE", "nass"], ["stras ist"]],
		["Σίσυφος έφυγε", ["σισυφος", "ΣΙΣΥΦΟΣ", "σισυ"], ["συφος"]],
		["Привет, Алёна", ["привет алена", "АЛЁНА"], ["вет"]],
		["مرحباً بالعالم", ["مرحبا", "مَرْحَبًا"], ["عالم"]],
		["שָׁלוֹם עולם", ["שלום", "עולם"], ["לום"]],
		["नमस्ते दुनिया", ["नमस्ते", "दुनि"], ["नमस् दुनिया"]],
		["今日は東京タワーに行きます", ["東京", "京タ", "タワー", "行きます", "今日 東京"], ["京東", "大阪"]],
		["我们在上海见面", ["上海", "海见", "们"], ["海上"]],
		["학교에서 만나요", ["학교", "교에", "만나"], ["교학"]],
		["ฉันรักภาษาไทย", ["ภาษา", "รักภาษา", "ไทย"], ["ไทยภาษา"]],
		["GitHubで検索", ["github", "検索", "GitHubで"], ["hub"]],
		["Done 🎉 👩‍💻", ["🎉", "👩‍💻", "done 🎉"], ["🎊"]],
		["a - b, [c] {d} e:f \"g\" 'h' (i)", ["e:f", '"g"', "'h'", "(i)", "c d"], ["NOT a", "x:a", "a OR x", "NEAR(a b)"]],
	])("finds by words, phrases and prefixes in %j", (text, hits, misses) =>
		inConversation((conversation) => {
			add(conversation, "Something else entirely");
			const { seq } = add(conversation, text);
			expect(hits.map((query) => [query, seqs(conversation, query)])).toEqual(hits.map((query) => [query, [seq]]));
			expect(misses.map((query) => [query, seqs(conversation, query)])).toEqual(misses.map((query) => [query, []]));
			for (const query of hits) {
				const [result] = find(conversation, query).results;
				expect([query, result && shown(result).length > 0]).toEqual([query, true]);
			}
		}),
	);

	it("returns the newest messages first, in pages", () =>
		inConversation((conversation) => {
			for (let n = 1; n <= 7; n++) add(conversation, n % 2 ? `odd ${n}` : `even ${n}`);
			const first = find(conversation, "odd", 1e15, 3);
			expect([first.results.map(({ message }) => message.seq), first.hasMore]).toEqual([[7, 5, 3], true]);
			const second = find(conversation, "odd", 3, 3);
			expect([second.results.map(({ message }) => message.content), second.hasMore]).toEqual([["odd 1"], false]);
		}));

	it("looks up only some of the words that begin with a prefix, and says so", () =>
		inConversation((conversation) => {
			const { completions } = limits.search;
			add(conversation, Array.from({ length: completions }, (_, n) => `prefix${1_000 + n}`).join(" "));
			expect(find(conversation, "prefix")).toMatchObject({ results: [{}], hasMore: false, partial: false });
			add(conversation, "prefix9999");
			expect(find(conversation, "prefix")).toMatchObject({ results: [{}], hasMore: false, partial: true });
			expect(seqs(conversation, "prefix9")).toEqual([2]);
			expect(find(conversation, "prefix9999 absent")).toMatchObject({ results: [], partial: false });
		}));

	it("looks at only so many messages for one author, and says so", () =>
		inConversation((conversation) => {
			for (let n = 0; n <= limits.search.matches; n++) add(conversation, "needle");
			expect(search(conversation.store.reader, "needle", 1e15, 20, { from: "bob" })).toMatchObject({ results: [], partial: true });
			expect(search(conversation.store.reader, "needle", 1e15, 20, { from: "ann" })).toMatchObject({ hasMore: true, partial: false });
		}));

	it("finds the first words of a long message only", () =>
		inConversation((conversation) => {
			const words = Array.from({ length: limits.search.words }, (_, n) => `w${n.toString(36)}`);
			add(conversation, `${words.join(" ")} beyond`);
			expect([seqs(conversation, words.at(-1) as string), seqs(conversation, "beyond")]).toEqual([[1], []]);
		}));

	it("limits the text of a page", () =>
		inConversation((conversation) => {
			const fitting = limits.search.length / limits.content;
			for (let n = 0; n <= fitting; n++) add(conversation, `needle ${"x".repeat(limits.content - 7)}`);
			const { results, hasMore } = find(conversation, "needle");
			expect([results.length, hasMore]).toEqual([fitting, true]);
		}));

	it.each(["?!", "*", '"', '""', "( ) - +", "\u0000", "x".repeat(200), '"'.repeat(200), "a* ".repeat(66), "漢".repeat(200), "\ud83d"])(
		"finds nothing for %j",
		(query) =>
			inConversation((conversation) => {
				add(conversation, "Hello");
				expect(find(conversation, query)).toEqual({ results: [], hasMore: false, partial: false });
			}),
	);
});

describe("the index", () => {
	it("contains a reply only when it has ended, and not while it is regenerated", () =>
		inConversation((conversation) => {
			const reply = conversation.store.log.addReply(conversation.now);
			conversation.store.log.checkpoint(reply, "the answer so far", {});
			expect(seqs(conversation, "answer")).toEqual([]);
			const failed = conversation.store.log.finishReply(reply, "the answer is wrong", { status: "failed", reason: "interrupted" }, {});
			expect(seqs(conversation, "wrong")).toEqual([1]);
			conversation.store.log.reopenReply(failed);
			expect(seqs(conversation, "wrong")).toEqual([]);
			conversation.store.log.finishReply(reply, "the answer is 42", { status: "complete" }, {});
			expect([seqs(conversation, "42"), seqs(conversation, "wrong"), seqs(conversation, "answer")]).toEqual([[1], [], [1]]);
		}));

	it("follows edits and deletions, also of replies", () =>
		inConversation((conversation) => {
			const { log } = conversation.store;
			const edited = log.editMessage(add(conversation, "a secret plan"), "a public plan", [], conversation.now);
			expect([seqs(conversation, "secret"), seqs(conversation, "public")]).toEqual([[], [1]]);
			log.editMessage(edited, "?!", [], conversation.now);
			expect([seqs(conversation, "public"), seqs(conversation, "plan")]).toEqual([[], []]);
			log.deleteMessage(add(conversation, "to be deleted"), conversation.now);
			const reply = log.finishReply(log.addReply(conversation.now), "an answer to be deleted", { status: "complete" }, {});
			expect(seqs(conversation, "deleted")).toEqual([3]);
			log.deleteMessage(reply, conversation.now);
			expect(seqs(conversation, "deleted")).toEqual([]);
		}));

	it("contains messages that are older than the index", () =>
		inConversation(async (conversation, state) => {
			await state.storage.deleteAll();
			const { sql } = state.storage;
			migrate(sql, migrations.slice(0, 3));
			sql.exec("INSERT INTO conversation (one, id, title, assistant, lineage, created_at) VALUES (1, 'c1', '', 'auto', 'a', 0)");
			sql.exec(`INSERT INTO messages (seq, id, role, author_id, author_name, content, status, asks, born, revision, created_at) VALUES
				(1, 'm1', 'user', 'ann', 'Ann', 'an old message', 'complete', 0, 1, 1, 0),
				(2, 'm2', 'user', 'ann', 'Ann', '?!', 'complete', 0, 2, 2, 0),
				(3, 'm3', 'assistant', 'claude', 'Claude', 'an old answer so far', 'streaming', 0, 3, 3, 0)`);
			const { log, reader } = new Store(state.storage);
			expect(sql.exec("SELECT below FROM stale_words").toArray()).toEqual([{ below: 4 }]);
			expect(search(reader, "old", 9, 9).results.map(({ message }) => message.seq)).toEqual([1]);
			log.addMessage({ author: ann, content: "a new one", asksClaude: false }, conversation.now);
			expect(search(reader, "one", 9, 9).results.map(({ message }) => message.seq)).toEqual([4]);
		}));

	it("finds messages that an earlier version indexed with another folding, step by step if there are many", () =>
		inConversation((conversation, state) => {
			const { sql } = state.storage;
			const put = (seq: number, words: string) => sql.exec("INSERT OR REPLACE INTO words (rowid, text) VALUES (?, ?)", seq, words);
			const long = "x".repeat(limits.content - 10);
			for (const text of ["Łódź", "GROẞ", ...Array.from({ length: 50 }, () => `${long} Ørsted`), "plain", "Łukasz"])
				add(conversation, text);
			for (const [seq, words] of [
				[1, "łodz"],
				[2, "groß"],
				[3, "ørsted"],
				[54, "łukasz"],
			] as const)
				put(seq, words);
			sql.exec("DELETE FROM stale_words");
			sql.exec("INSERT INTO stale_words (below) VALUES (55)");
			const { reader } = new Store(state.storage);
			const find = (text: string) => search(reader, text, 99, 1).results.map(({ message }) => message.seq);
			expect([find("lukasz"), find("lodz")]).toEqual([[54], [1]]);
			expect([find("gross"), find("plain")]).toEqual([[2], [53]]);
			expect(sql.exec("SELECT * FROM stale_words").toArray()).toEqual([]);
		}));
});

describe("a snippet", () => {
	const of = (text: string, query: string) => snippetOf(text, parseQuery(query));

	it("is the whole of a short text, as one line", () => {
		expect(of("Line one\n\tand line two", "line")).toEqual({
			snippet: "Line one  and line two",
			highlights: [
				[0, 4],
				[14, 18],
			],
		});
	});

	it("surrounds the first match in a long text, ends at whole words, and marks what is left out", () => {
		const text = `${"before ".repeat(100)}needle${" after".repeat(100)}`;
		const result = of(text, "needle");
		expect(result.snippet).toMatch(/^…(before )+needle( after)+…$/);
		expect(result.snippet.length).toBeGreaterThan(150);
		expect(result.snippet.length).toBeLessThanOrEqual(limits.excerpt);
		expect(shown(result)).toEqual(["needle"]);
	});

	it.each([
		["at the beginning", `needle ${"x ".repeat(300)}`, /^needle( x)+…$/],
		["at the end", `${"x ".repeat(300)}needle`, /^…(x )+needle$/],
		["in one long word", `${"x".repeat(300)} needle ${"y".repeat(300)}`, /^…x+ needle y+…$/],
	])("has this form for a match %s", (_where, text, form) => {
		const result = of(text, "needle");
		expect(result.snippet).toMatch(form);
		expect(result.snippet.length).toBeLessThanOrEqual(limits.excerpt);
		expect(shown(result)).toEqual(["needle"]);
	});

	it("highlights overlapping or adjacent words as one, and whole phrases", () => {
		expect(shown(of("今日は東京タワーへ", "東京 京タ"))).toEqual(["東京タ"]);
		expect(shown(of("in New York, new and york", '"new york" york'))).toEqual(["New York", "york"]);
	});

	it("cuts and highlights by whole characters", () => {
		const family = "👩‍👩‍👧‍👦";
		for (let shift = 0; shift < 12; shift++) {
			const text = `${"x".repeat(shift)}${family.repeat(30)}needle${family.repeat(30)}`;
			const { snippet, highlights } = of(text, "needle");
			expect(snippet.isWellFormed()).toBe(true);
			expect(snippet.replaceAll(family, "")).toMatch(/^…x*needle…$/);
			expect(snippet.slice(...(highlights[0] as [number, number]))).toBe("needle");
		}
		expect(shown(of("fine 👍🏽 it is", "👍"))).toEqual(["👍🏽"]);
		expect(shown(of("she is a 👩‍💻", "💻"))).toEqual(["👩‍💻"]);
	});

	it("stays short if a grapheme or the match is very long", () => {
		const heap = "e\u0301".concat("\u0301".repeat(5_000));
		for (const text of [`${heap} needle ${heap}`, `needle ${"𝒶\u0301".repeat(500)}`]) {
			const { snippet, highlights } = of(text, "needle");
			expect(snippet.slice(...(highlights[0] as [number, number]))).toBe("needle");
			expect(snippet.length).toBeLessThanOrEqual(limits.excerpt);
			expect(snippet.isWellFormed()).toBe(true);
		}
		const { snippet, highlights } = of(`${"漢".repeat(190)}${"字".repeat(300)}`, `"${"漢".repeat(100)}${"字".repeat(90)}"`);
		expect(snippet.length).toBeLessThanOrEqual(limits.excerpt);
		for (const [start, end] of highlights) expect(0 <= start && start < end && end <= snippet.length).toBe(true);
	});
});
