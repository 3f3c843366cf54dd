// Who joins, leaves or is removed, and new titles, as members are told of them: live, and when they ask.

import { describe, expect, it } from "vitest";
import { Erasure } from "../../../src/conversation/people/erasure.ts";
import { ErasureTables } from "../../../src/conversation/store/erasure.ts";
import { limits } from "../../../src/protocol/limits.ts";
import type { Notice } from "../../../src/protocol/people/notice.ts";
import type { Person } from "../../../src/protocol/person.ts";
import { ann, bob, inConversation, type TestClient, type TestConversation } from "../../support/conversation.ts";

const cay: Person = { userId: "cay", username: "Cay" };
const owner = { ...ann, role: "owner" as const };

const lineOf = ({ after, action, actor, subject, title }: Notice) =>
	[after, actor.username, action, subject?.username, title].filter((part) => part !== undefined).join(" ");
const noticesFor = (conversation: TestConversation, userId = "ann", after = 0, before = 999) =>
	conversation.membership.noticesFor(userId, after, before).notices;
const sentTo = ({ received }: TestClient) => received.flatMap((event) => (event.type === "chat:notice" ? [event.notice] : []));
const linesFor = (...of: Parameters<typeof noticesFor>) => noticesFor(...of).map(lineOf);

function erasureIn(conversation: TestConversation, { sql }: Pick<DurableObjectStorage, "sql">): Erasure {
	const { store, clients, titles, departures } = conversation;
	return new Erasure({
		...{ sql, store, clients, titles, departures, queues: [] },
		lists: { changed: () => {} },
		files: { releaseEach: () => {} },
		replies: { live: (message) => message, forget: () => {} },
		resync: () => {},
		now: () => conversation.now,
	});
}

describe("a notice", () => {
	it("is sent once, and is read as it was sent, at its place and with the names of then", () =>
		inConversation((conversation) => {
			const anns = conversation.enter(ann);
			conversation.enter(bob);
			conversation.say(anns, "One");
			conversation.membership.update(owner, { title: "Budget" });
			conversation.say(anns, "Two");
			conversation.membership.join({ ...bob, username: "Robert", namedAt: 1 }, false);
			conversation.membership.remove(owner, "bob");
			expect(linesFor(conversation)).toEqual(["0 Bob joined", "1 Ann title_changed Budget", "2 Ann removed Robert"]);
			expect(sentTo(anns)).toEqual(noticesFor(conversation));
			expect(noticesFor(conversation)[2]).toEqual({
				id: expect.any(Number),
				at: new Date(conversation.now).toISOString(),
				after: 2,
				action: "removed",
				actor: ann,
				subject: { userId: "bob", username: "Robert" },
			});
		}));

	it("is not sent to whoever is no member any more", () =>
		inConversation((conversation) => {
			const [bobs, cays] = [conversation.enter(bob), conversation.enter(cay)];
			conversation.membership.remove(owner, "bob");
			conversation.membership.remove({ ...cay, role: "member" }, "cay");
			// Nobody closes the sockets here.
			expect(sentTo(bobs).map(lineOf)).toEqual(["0 Cay joined", "0 Cay left"]);
			expect(sentTo(cays).map(lineOf)).toEqual(["0 Ann removed Bob"]);
		}));

	it("is written for a membership whose time is over as for one who left", () =>
		inConversation((conversation) => {
			conversation.enter(bob);
			conversation.departures.end("bob", "bob", "ended");
			expect(linesFor(conversation)).toEqual(["0 Bob joined", "0 Bob left"]);
			expect(conversation.store.audit.before(99, 1)).toMatchObject([{ action: "ended" }]);
		}));

	it("is written for titles that people give, and neither for the same one nor for first words", () =>
		inConversation((conversation) => {
			const anns = conversation.enter(ann);
			conversation.membership.update(owner, { title: "", assistant: "off" });
			conversation.say(anns, "Where shall we eat?");
			conversation.membership.update(owner, { title: "Where shall we eat?" });
			conversation.membership.update(owner, { title: "Food" });
			conversation.membership.update(owner, { title: "Food", instructions: "Be brief" });
			conversation.membership.update(owner, { title: "" });
			expect(linesFor(conversation)).toEqual(["1 Ann title_changed Food"]);
			expect(conversation.store.audit.before(99, 9).filter(({ action }) => action === "title_changed")).toHaveLength(3);
		}));

	it("and its act are stored together or not at all", () =>
		inConversation((conversation) => {
			const anns = conversation.enter(ann);
			const before = anns.received.length;
			expect(() =>
				conversation.store.whole(() => {
					conversation.membership.join(bob, true);
					throw new Error("broken on purpose");
				}),
			).toThrow("broken on purpose");
			expect(linesFor(conversation)).toEqual([]);
			expect(anns.received).toHaveLength(before);
		}));

	it("costs a message nothing", () =>
		inConversation((conversation) => {
			const anns = conversation.enter(ann);
			conversation.say(anns, "One");
			expect(conversation.store.audit.before(99, 99).map(({ action }) => action)).toEqual(["created"]);
		}));
});

describe("notices are read", () => {
	it("after one message and before another one", () =>
		inConversation((conversation) => {
			const anns = conversation.enter(ann);
			conversation.membership.update(owner, { assistant: "off" });
			for (const title of ["A", "B", "C"]) {
				conversation.say(anns, title);
				conversation.now += 10_000;
				conversation.membership.update(owner, { title });
			}
			const titles = (after: number, before: number) => noticesFor(conversation, "ann", after, before).map(({ title }) => title);
			expect(titles(0, 999)).toEqual(["A", "B", "C"]);
			expect(titles(2, 3)).toEqual(["B"]);
			expect(titles(3, 999)).toEqual(["C"]);
			expect(titles(4, 999)).toEqual([]);
		}));

	it("by a member whose history begins later only since they joined", () =>
		inConversation((conversation) => {
			conversation.enter(bob);
			conversation.say(conversation.enter(ann), "Hi");
			conversation.membership.update(owner, { title: "Before" });
			const link = { id: "link", role: "member" as const, expiresAt: conversation.now + 1_000, maxUses: null };
			conversation.invitations.invite(owner, { ...link, allows: { history: "new" } });
			conversation.invitations.accept(cay, "link");
			const cays = conversation.enter(cay);
			conversation.membership.remove(owner, "bob");
			expect(linesFor(conversation, "cay")).toEqual(["1 Cay joined", "1 Ann removed Bob"]);
			expect(sentTo(cays).map(lineOf)).toEqual(["1 Ann removed Bob"]);
			expect(linesFor(conversation, "ann")).toHaveLength(4);
		}));
});

describe("of notices", () => {
	it("nothing is written for who comes and goes where members are many", () =>
		inConversation((conversation) => {
			const anns = conversation.enter(ann);
			for (let n = 2; n <= limits.namedMembers; n++) conversation.membership.join({ userId: `p${n}`, username: `P${n}` }, true);
			expect(linesFor(conversation)).toHaveLength(limits.namedMembers - 1);
			conversation.membership.join(bob, true);
			conversation.membership.join(cay, true);
			conversation.membership.remove(owner, "cay");
			conversation.membership.update(owner, { title: "Crowd" });
			expect(linesFor(conversation).slice(limits.namedMembers - 2)).toEqual(["0 P200 joined", "0 Ann title_changed Crowd"]);
			expect(sentTo(anns)).toHaveLength(limits.namedMembers);
			expect(conversation.store.audit.before(999, 9).map(({ action }) => action)).toEqual(
				expect.arrayContaining(["title_changed", "removed", "joined"]),
			);
		}));

	it("the newest of each act are kept, also of people whose latest joining stays in the audit", () =>
		inConversation((conversation) => {
			const { audit } = conversation.store;
			const add = (n: number) => audit.add("joined", `p${n}`, undefined, conversation.now, { after: n, actor: `P${n}` });
			for (let n = 1; n <= limits.auditEvents + 2; n++) add(n);
			expect(audit.notices({ after: 0, before: 9_999 })).toHaveLength(limits.notices);
			expect(audit.notices({ after: 0, before: 4 }).map(({ after }) => after)).toEqual([3]);
			expect(audit.before(9_999, 9_999)).toHaveLength(limits.auditEvents + 3);
		}));

	it("of an erased person none are left, neither as actor nor as subject, and clients drop them", () =>
		inConversation((conversation, { storage }) => {
			const [anns] = [conversation.enter(ann), conversation.enter(bob), conversation.enter(cay)];
			conversation.membership.change(owner, "bob", { role: "owner" });
			conversation.membership.update({ ...bob, role: "owner" }, { title: "Bob’s" });
			conversation.membership.remove({ ...bob, role: "owner" }, "cay");
			erasureIn(conversation, storage).removeMember("bob", "erased-1");
			expect(linesFor(conversation)).toEqual(["0 Cay joined"]);
			expect(anns.last("chat:notices-gone").userId).toBe("bob");
			expect(JSON.stringify(storage.sql.exec("SELECT * FROM audit").toArray())).not.toContain("Bob");
			expect(conversation.store.audit.before(99, 1)).toMatchObject([{ action: "left", actor: "erased-1" }]);
		}));

	it("none are left of a person whom a release erases that knows nothing of notices", () =>
		inConversation((conversation, { storage }) => {
			conversation.enter(bob);
			const { sql } = storage;
			sql.exec("UPDATE audit SET actor = 'erased-1' WHERE actor = 'bob'");
			expect(linesFor(conversation)).toEqual([]);
			expect(sql.exec("SELECT * FROM audit WHERE after IS NOT NULL OR notice IS NOT NULL").toArray()).toEqual([]);
		}));

	it("those stay that a person gets after an erasure, as a new member", () =>
		inConversation((conversation, { storage }) => {
			conversation.enter(bob);
			const tables = new ErasureTables(storage.sql);
			const at = conversation.now;
			conversation.now += 1;
			conversation.membership.update(owner, { title: "Later" });
			tables.eraseMember("ann", "erased-1", { now: conversation.now, at });
			expect(linesFor(conversation)).toEqual(["0 Bob joined", "0 Ann title_changed Later"]);
		}));

	it("those from before expired messages are gone", () =>
		inConversation((conversation) => {
			conversation.enter(bob);
			conversation.now += 1_000;
			conversation.membership.update(owner, { title: "Later" });
			conversation.store.audit.expireNotices(conversation.now);
			expect(linesFor(conversation)).toEqual(["0 Ann title_changed Later"]);
			expect(conversation.store.audit.before(99, 9)).toHaveLength(3);
		}));
});
