// Who is told who the members are, around the number above which nobody is told of all of them; and finding members by name.

import { describe, expect, it } from "vitest";
import { readMentions } from "../../../src/conversation/messages/mentions.ts";
import { Roster } from "../../../src/conversation/people/roster.ts";
import { Store } from "../../../src/conversation/store/store.ts";
import type { Member } from "../../../src/protocol/conversation.ts";
import type { ServerEvent } from "../../../src/protocol/events.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { isRefusal } from "../../../src/protocol/refusal.ts";
import { ann, bob, inConversation, type TestClient, type TestConversation } from "../../support/conversation.ts";

const guest = (n: number) => ({ userId: `guest ${n}`, username: `Quiet Otter ${n}` });

/** Ann's conversation with so many members, of whom none but Ann is here. */
function membersOf({ membership }: TestConversation, count: number): void {
	for (let n = 1; n < count; n++) membership.join(guest(n), true);
}

const news = ["chat:member", "chat:member-left", "chat:members"];
const toldTo = ({ received }: TestClient) => received.splice(0).filter(({ type }) => news.includes(type));

/** Resolves once everybody has been told how many members there are. */
const nextCount = ({ clients }: TestConversation) =>
	new Promise<void>((resolve) => {
		const { observe } = clients;
		clients.observe = (event: ServerEvent) => {
			observe(event);
			// It is broadcast after this.
			if (event.type === "chat:members") queueMicrotask(resolve);
		};
	});

function page({ roster }: { roster: Roster }, query: { q?: string; after?: string; limit?: number } = {}) {
	const found = roster.page({ limit: limits.memberPage.default, ...query });
	if (isRefusal(found)) throw new Error(found.code);
	return found;
}

/** Everybody whom a query finds, page by page. */
function allPages(conversation: { roster: Roster }, q: string | undefined, limit: number): string[] {
	const found: Member[] = [];
	let after: string | undefined;
	do {
		const { members, next } = page(conversation, { limit, ...(q !== undefined && { q }), ...(after !== undefined && { after }) });
		found.push(...members);
		after = next;
	} while (after !== undefined);
	return found.map(({ username }) => username);
}

describe("a conversation of as many members as are named", () => {
	it("names whoever comes and goes, and everybody in its description", () =>
		inConversation((conversation) => {
			membersOf(conversation, limits.namedMembers - 1);
			const anns = conversation.enter(ann);
			conversation.membership.join(bob, true);
			expect(toldTo(anns)).toMatchObject([{ type: "chat:member", member: bob }]);
			expect(conversation.roster.describe(ann.userId)).toMatchObject({ memberCount: limits.namedMembers });
			expect(conversation.roster.describe(ann.userId).members).toHaveLength(limits.namedMembers);
			conversation.departures.end(bob.userId, bob.userId);
			expect(toldTo(anns)).toMatchObject([{ type: "chat:member-left", userId: bob.userId }]);
			const { memberCount, members } = conversation.enter(ann).last("chat:joined");
			expect([memberCount, members]).toEqual([limits.namedMembers - 1, undefined]);
			expect(page(conversation)).toMatchObject({ memberCount: limits.namedMembers - 1 });
			expect(page(conversation).members).toHaveLength(limits.namedMembers - 1);
			expect(page(conversation)).not.toHaveProperty("next");
		}));
});

describe("a larger conversation", () => {
	it("names only oneself, owners and whoever is in the messages", () =>
		inConversation((conversation) => {
			membersOf(conversation, limits.namedMembers + 50);
			const said = conversation.enter(guest(7));
			conversation.say(said, `Hello @${guest(8).username}`);
			const own = { userId: "me", username: "Me" };
			const { memberCount, members = [], reads } = conversation.enter(own).last("chat:joined");
			expect(memberCount).toBe(limits.namedMembers + 51);
			expect(members).toEqual([
				{ ...own, role: "member" },
				{ ...ann, role: "owner" },
				{ ...guest(7), role: "member" },
				{ ...guest(8), role: "member" },
			]);
			expect(reads?.map(({ userId }) => userId)).toEqual(["me"]);
			expect(conversation.roster.describe("me")).toMatchObject({ memberCount, members: members.slice(0, 2) });
		}));

	it("names no more people than a small one, however many are in the messages", () =>
		inConversation((conversation) => {
			membersOf(conversation, 2 * limits.namedMembers);
			const people = Array.from({ length: 2 * limits.namedMembers }, (_, n) => ({ ...guest(n), username: "" }));
			const { log } = conversation.store;
			const { seq } = log.addMessage({ author: ann, content: "Hi", asksClaude: false }, conversation.now);
			const [message] = conversation.store.reader.page(seq + 1, 1).messages;
			const reactions = [{ emoji: "👍", userIds: people.map(({ userId }) => userId) }];
			const { members = [] } = conversation.roster.besides(ann.userId, message ? [{ ...message, reactions }] : []);
			// The first of them is no member.
			expect(members).toHaveLength(limits.namedMembers - 1);
		}));

	it("tells how many its members are in place of who comes and goes, many at once", () =>
		inConversation(async (conversation) => {
			membersOf(conversation, limits.namedMembers);
			const anns = conversation.enter(ann);
			anns.received.length = 0;
			conversation.membership.join(bob, true);
			const count = { type: "chat:members", conversationId: conversation.store.info.id };
			expect(toldTo(anns)).toEqual([{ ...count, memberCount: limits.namedMembers + 1 }]);
			const told = nextCount(conversation);
			for (let n = 1000; n < 1030; n++) conversation.membership.join(guest(n), true);
			conversation.departures.end(bob.userId, bob.userId);
			expect(toldTo(anns)).toEqual([]);
			await told;
			expect(toldTo(anns)).toEqual([{ ...count, memberCount: limits.namedMembers + 30 }]);
		}));

	it("tells the lists whom a message mentions or quotes, but for its author", () =>
		inConversation((conversation) => {
			membersOf(conversation, limits.namedMembers + 1);
			const [anns, bobs] = [conversation.enter(ann), conversation.enter(bob)];
			conversation.say(bobs, `Hello @${guest(3).username} and @Bob`);
			expect(conversation.addressed).toEqual([guest(3).userId]);
			const { id } = bobs.last("chat:message").message;
			const { id: conversationId } = conversation.store.info;
			conversation.rules.receive(anns, { type: "chat:send", conversationId, content: "Yes", role: "user", replyTo: id });
			expect(conversation.addressed).toEqual([guest(3).userId, bob.userId]);
		}));

	it("names a member who has another role or name", () =>
		inConversation((conversation) => {
			membersOf(conversation, limits.namedMembers + 1);
			const anns = conversation.enter(ann);
			toldTo(anns);
			conversation.membership.rename({ ...guest(1), username: "Loud Otter" });
			expect(toldTo(anns)).toMatchObject([{ type: "chat:member", member: { userId: guest(1).userId, username: "Loud Otter" } }]);
		}));

	it("names everybody again once they are few enough", () =>
		inConversation((conversation) => {
			membersOf(conversation, limits.namedMembers + 1);
			const anns = conversation.enter(ann);
			toldTo(anns);
			conversation.now += limits.memberInterval;
			conversation.departures.end(guest(1).userId, guest(1).userId);
			const [event] = toldTo(anns) as Extract<ServerEvent, { type: "chat:members" }>[];
			expect([event?.memberCount, event?.members?.length]).toEqual([limits.namedMembers, limits.namedMembers]);
			conversation.departures.end(guest(2).userId, guest(2).userId);
			expect(toldTo(anns)).toMatchObject([{ type: "chat:member-left", userId: guest(2).userId }]);
		}));
});

describe.each([
	["a small conversation", 20],
	["a large one", limits.namedMembers + 20],
])("members of %s", (_size, count) => {
	const named = ["Zoë Ann Strauß", "Ann Lee", "annika", "O'Neil", "🦊 Robin", "山田", "Bea"];

	/** Others are called alike; Ann is the owner. */
	const inCrowd = (test: (conversation: TestConversation) => void) =>
		inConversation((conversation) => {
			membersOf(conversation, count - named.length);
			for (const username of named) conversation.membership.join({ userId: `${username}.`, username }, true);
			test(conversation);
		});

	it.each([
		["ann", ["Ann", "Ann Lee", "annika", "Zoë Ann Strauß"]],
		["ANN L", ["Ann Lee"]],
		["lee ann", ["Ann Lee"]],
		["zoe strauss", ["Zoë Ann Strauß"]],
		["neil", ["O'Neil"]],
		["robin", ["🦊 Robin"]],
		["山", ["山田"]],
		["nn", []],
		["!", []],
	])("are found by %s", (q, found) =>
		inCrowd((conversation) => {
			expect(page(conversation, { q }).members.map(({ username }) => username)).toEqual(found);
			expect(allPages(conversation, q, 1)).toEqual(found);
		}),
	);

	it("are listed by name, each once, whatever the size of the pages", () =>
		inCrowd((conversation) => {
			const [all, ...others] = [count, 7, 1].map((limit) => allPages(conversation, undefined, Math.min(limit, 200)));
			expect(new Set(all).size).toBe(count);
			expect(all?.slice(0, 4)).toEqual(["Ann", "Ann Lee", "annika", "Bea"]);
			for (const pages of others) expect(pages).toEqual(all);
		}));

	it("are found by their present names only, and not once they have left", () =>
		inCrowd((conversation) => {
			expect(allPages(conversation, "annika", 9)).toEqual(["annika"]);
			conversation.membership.rename({ userId: "annika.", username: "Monika" });
			expect([allPages(conversation, "annika", 9), allPages(conversation, "moni", 9)]).toEqual([[], ["Monika"]]);
			conversation.membership.rename({ userId: "annika.", username: "MONIKA" });
			expect(allPages(conversation, "monika", 9)).toEqual(["MONIKA"]);
			conversation.departures.end("annika.", "annika.");
			expect(allPages(conversation, "monika", 9)).toEqual([]);
			expect(page(conversation).memberCount).toBe(count - 1);
		}));

	it("are mentioned by name", () =>
		inCrowd(({ store }) => {
			const mentioned = (text: string) => readMentions(text, store.members).map(({ userId }) => userId);
			expect(mentioned("@ann lee, @Zoe Ann Strauss and @山田さん, not @lee or @Robin")).toEqual(["Ann Lee.", "Zoë Ann Strauß.", "山田."]);
			const marked = [
				{ userId: "Bea.", offset: 0, length: 3 },
				{ userId: "nobody", offset: 4, length: 3 },
			];
			expect(readMentions("@Bé @No", store.members, marked).map(({ userId }) => userId)).toEqual(["Bea."]);
		}));

	it("have pages that begin only where one has ended", () =>
		inCrowd(({ roster }) => {
			for (const after of ["", "none", "2a\nb", "\n"]) expect(roster.page({ limit: 1, after })).toMatchObject({ code: "bad_request" });
		}));
});

describe("the index of names", () => {
	it("has those who came before the conversation was large, and with a release that does not know it", () =>
		inConversation((conversation, { storage }) => {
			membersOf(conversation, limits.namedMembers + 5);
			expect(allPages(conversation, "otter 7", 9)).toContain(guest(7).username);
			storage.sql.exec("INSERT INTO members (user_id, username, role, joined_at) VALUES ('old', 'Old Friend', 'member', 0)");
			storage.sql.exec("UPDATE members SET username = 'Renamed Friend' WHERE user_id = ?", guest(7).userId);
			storage.sql.exec("DELETE FROM members WHERE user_id = ?", guest(8).userId);
			const later = { roster: new Roster(new Store(storage)) };
			expect(allPages(later, "friend", 9)).toEqual(["Renamed Friend", "Old Friend"]);
			expect(allPages(later, "otter 8", 9)).not.toContain(guest(8).username);
			const { members } = storage.sql.exec<{ members: number }>("SELECT members FROM member_counts").one();
			expect(members).toBe(storage.sql.exec<{ count: number }>("SELECT count(*) AS count FROM members").one().count);
		}));

	it("mentions nobody by a name that very many have", () =>
		inConversation((conversation) => {
			membersOf(conversation, limits.namedMembers);
			const { alike } = limits.memberPage;
			for (let n = 0; n <= alike; n++) conversation.membership.join({ userId: `zoe ${n}`, username: n === 0 ? "Zoë" : "Zoe" }, true);
			const mentioned = () => readMentions("@Zoë", conversation.store.members).map(({ userId }) => userId);
			expect(mentioned()).toEqual([]);
			conversation.departures.end(`zoe ${alike}`, `zoe ${alike}`);
			expect(mentioned()).toEqual(["zoe 0"]);
		}));

	it("is looked through in bounded steps", () =>
		inConversation((_conversation, { storage }) => {
			const { lookedAt } = limits.memberPage;
			for (let n = 0; n < lookedAt + 10; n++)
				storage.sql.exec("INSERT INTO members (user_id, username, role, joined_at) VALUES (?, ?, 'member', 0)", `m${n}`, `Otter ${n}`);
			storage.sql.exec("UPDATE members SET username = 'Otter Zulu' WHERE user_id = 'm5'");
			const later = { roster: new Roster(new Store(storage)) };
			const first = page(later, { q: "otter zulu" });
			expect(first.members).toEqual([]);
			expect(page(later, { q: "otter zulu", after: first.next ?? "" }).members).toMatchObject([{ userId: "m5" }]);
			expect(allPages(later, "zulu otter", 5)).toEqual(["Otter Zulu"]);
		}));
});
