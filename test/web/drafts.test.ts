import { describe, expect, it } from "vitest";
import { answeredOf, type Disk, Drafts, joined } from "../../web/src/writing/drafts.ts";
import { bob, message } from "./fakes.ts";

/** The storage of one browser, limited to `room` characters, and the tabs that share it. */
function browser(room = 5_000_000) {
	const kept = new Map<string, string>();
	const tabs: Drafts[] = [];
	let now = 0;
	const tab = () => {
		const tell = (key: string, text: string | null) => {
			for (const other of tabs) if (other !== drafts) other.changed(key, text);
		};
		const disk: Disk = {
			keys: () => [...kept.keys()],
			read: (key) => kept.get(key) ?? null,
			write: (key, text) => {
				const others = [...kept].filter(([other]) => other !== key);
				if (others.reduce((sum, [key, text]) => sum + key.length + text.length, text.length) > room) throw new Error("Full");
				kept.set(key, text);
				tell(key, text);
			},
			remove: (key) => {
				if (kept.delete(key)) tell(key, null);
			},
		};
		const drafts: Drafts = new Drafts(disk, () => now++);
		tabs.push(drafts);
		return drafts;
	};
	return { kept, tab };
}

const textOf = (drafts: Drafts, conversationId = "c1") => drafts.of("u-ann", conversationId).text;

describe("a draft", () => {
	it("survives the page, for its author and conversation", () => {
		const { tab } = browser();
		tab().change("u-ann", "c1", { text: "half a", named: [bob] });
		const later = tab();
		expect(later.of("u-ann", "c1")).toEqual({ text: "half a", named: [bob] });
		expect(later.has("u-ann", "c1")).toBe(true);
		expect(textOf(later, "c2")).toBe("");
		expect(later.of("u-bob", "c1").text).toBe("");
		expect(later.has("u-bob", "c1")).toBe(false);
	});

	it("keeps its quote without a text, and is deleted without both", () => {
		const { kept, tab } = browser();
		const drafts = tab();
		drafts.change("u-ann", "c1", { answered: answeredOf(message(3, { content: "**Tea** or coffee?", author: bob })) });
		expect(tab().of("u-ann", "c1").answered).toEqual({ id: "m3", username: "Bob", line: "Tea or coffee?" });
		drafts.change("u-ann", "c1", { text: "Tea" });
		drafts.change("u-ann", "c1", { text: "", answered: undefined });
		expect(drafts.has("u-ann", "c1")).toBe(false);
		expect(kept.size).toBe(0);
	});

	it("is shared by all tabs, and deleted from all when one sends it", () => {
		const { tab } = browser();
		const [left, right] = [tab(), tab()];
		left.change("u-ann", "c1", { text: "from the left" });
		expect(textOf(right)).toBe("from the left");
		right.change("u-ann", "c1", { text: `${textOf(right)} and the right` });
		expect(textOf(left)).toBe("from the left and the right");
		left.change("u-ann", "c1", { text: "" });
		expect([textOf(left), textOf(right), right.has("u-ann", "c1")]).toEqual(["", "", false]);
		expect(textOf(tab())).toBe("");
	});

	it("notifies listeners, and is the same object until it changes", () => {
		const drafts = browser().tab();
		let told = 0;
		const stop = drafts.subscribe(() => told++);
		drafts.change("u-ann", "c1", { text: "a" });
		expect(told).toBe(1);
		expect(drafts.of("u-ann", "c1")).toBe(drafts.of("u-ann", "c1"));
		stop();
		drafts.change("u-ann", "c1", { text: "b" });
		expect(told).toBe(1);
	});

	it("is forgotten here and in storage when its author leaves, and nothing else is", () => {
		const { kept, tab } = browser();
		kept.set("preferences", "{}");
		const drafts = tab();
		drafts.change("u-ann", "c1", { text: "a" });
		drafts.change("u-ann", "c2", { text: "b" });
		drafts.change("u-bob", "c1", { text: "c" });
		drafts.keepOnly("u-bob");
		expect([textOf(drafts), drafts.of("u-bob", "c1").text, kept.size]).toEqual(["", "c", 2]);
		drafts.keepOnly(null);
		expect([...kept.keys()]).toEqual(["preferences"]);
		expect([textOf(drafts), drafts.has("u-ann", "c2")]).toEqual(["", false]);
	});

	it("is ignored if its stored form is damaged", () => {
		const { kept, tab } = browser();
		tab().change("u-ann", "c1", { text: "a" });
		for (const [key] of kept) kept.set(key, '{"text":7}');
		expect(textOf(tab())).toBe("");
	});
});

describe("storage", () => {
	it("gives up the oldest drafts for new ones; open ones stay in their tabs", () => {
		const { kept, tab } = browser();
		const drafts = tab();
		for (let index = 0; index < 60; index++) drafts.change("u-ann", `c${index}`, { text: `draft ${index}` });
		expect(kept.size).toBe(50);
		const later = tab();
		expect([textOf(later, "c9"), textOf(later, "c10"), textOf(later, "c59")]).toEqual(["", "draft 10", "draft 59"]);
		expect(textOf(drafts, "c0")).toBe("draft 0");
	});

	it("gives up the oldest drafts when it is full, and other tabs lose nothing they show", () => {
		const { tab } = browser(250);
		const [left, right] = [tab(), tab()];
		left.change("u-ann", "c1", { text: "x".repeat(100) });
		expect(textOf(right)).toHaveLength(100);
		left.change("u-ann", "c2", { text: "y".repeat(150) });
		expect(left.isKept("u-ann", "c2")).toBe(true);
		expect(textOf(right)).toHaveLength(100);
		expect(right.isKept("u-ann", "c1")).toBe(false);
	});

	it("reports a draft that cannot be stored and lives only as long as the page", () => {
		const { tab } = browser(40);
		const drafts = tab();
		drafts.change("u-ann", "c1", { text: "longer than this disk has room for" });
		expect(textOf(drafts)).toMatch(/^longer/);
		expect(drafts.isKept("u-ann", "c1")).toBe(false);
		drafts.change("u-ann", "c1", { text: "" });
		expect(drafts.isKept("u-ann", "c1")).toBe(true);
	});

	it("refuses a draft that is far too long, and keeps no older state of it", () => {
		const { kept, tab } = browser();
		const drafts = tab();
		drafts.change("u-ann", "c1", { text: "x".repeat(100_000) });
		expect(drafts.isKept("u-ann", "c1")).toBe(true);
		drafts.change("u-ann", "c1", { text: "x".repeat(500_000) });
		expect(drafts.isKept("u-ann", "c1")).toBe(false);
		expect(kept.size).toBe(0);
		expect(textOf(drafts)).toHaveLength(500_000);
	});

	it("may be forbidden without breaking anything", () => {
		const fail = () => {
			throw new Error("Forbidden");
		};
		const drafts = new Drafts({ keys: fail, read: fail, write: fail, remove: fail }, () => 0);
		drafts.change("u-ann", "c1", { text: "a" });
		expect([textOf(drafts), drafts.has("u-ann", "c1"), drafts.isKept("u-ann", "c1")]).toEqual(["a", true, false]);
		drafts.keepOnly(null);
		expect(textOf(drafts)).toBe("");
	});
});

describe("a refused message that is edited again", () => {
	const refused = { content: "Hi @Bob", replyTo: "m3", mentions: [{ userId: "u-bob", offset: 3, length: 4 }] };

	it("goes before the draft, with its mentions and its quote", () => {
		const answered = { id: "m3", username: "Bob", line: "Tea?" };
		expect(joined({ text: "" }, refused, message(3, { author: bob, content: "Tea?" }))).toEqual({
			text: "Hi @Bob",
			answered,
			named: [bob],
		});
		expect(joined({ text: "and more" }, refused, undefined)).toMatchObject({ text: "Hi @Bob\n\nand more", answered: { id: "m3" } });
	});

	it("redirects Claude as it did before it was refused", () => {
		expect(joined({ text: "" }, { content: "Shorter", steer: true }, undefined)).toEqual({ text: "Shorter", steers: true });
		expect(joined({ text: "and more", steers: true }, { content: "Hi" }, undefined)).toMatchObject({ steers: true });
	});

	it("keeps the quote of the draft if it has none", () => {
		const answered = { id: "m9", username: "Ann", line: "line" };
		expect(joined({ text: "", answered }, { content: "Hi" }, undefined)).toEqual({ text: "Hi", answered });
	});
});
