import { describe, expect, it } from "vitest";
import { ann, bob, inConversation, type TestConversation } from "../../support/conversation.ts";

const owner = { ...ann, role: "owner" as const };
const eve = { userId: "eve", username: "Eve" };

const rolesOf = (conversation: TestConversation) =>
	Object.fromEntries((conversation.store.members.all ?? []).map(({ userId, role }) => [userId, role]));
const actionsOf = (conversation: TestConversation) =>
	conversation.store.audit.before(999, 99).map(({ action, actor, subject }) => [action, actor, subject]);

describe("a role", () => {
	it("is changed by an owner, sent to everybody, kept in the audit, and effective at once", () =>
		inConversation((conversation) => {
			const [anns, bobs] = [conversation.enter(ann), conversation.enter(bob)];
			expect(conversation.membership.change(owner, "bob", { role: "reader" })).toEqual({ ...bob, role: "reader" });
			for (const client of [anns, bobs]) expect(client.last("chat:member").member).toEqual({ ...bob, role: "reader" });
			conversation.say(bobs, "Hi", "k");
			expect(bobs.last("chat:error")).toMatchObject({ code: "forbidden", clientId: "k" });
			conversation.membership.change(owner, "bob", { role: "member" });
			conversation.say(bobs, "Hi again");
			expect(conversation.contents()).toEqual(["Hi again"]);
			expect(actionsOf(conversation).slice(0, 2)).toEqual([
				["role_changed", "ann", "bob"],
				["role_changed", "ann", "bob"],
			]);
			expect(conversation.entered).toEqual(["ann", "bob", "bob", "bob"]);
		}));

	it("that stays the same is not sent", () =>
		inConversation((conversation) => {
			const client = conversation.enter(bob);
			expect(conversation.membership.change(owner, "bob", { role: "member" })).toEqual({ ...bob, role: "member" });
			expect(client.types()).not.toContain("chat:member");
			expect(actionsOf(conversation).map(([action]) => action)).not.toContain("role_changed");
		}));

	it("of owner can be handed over, but the last owner cannot give it up", () =>
		inConversation((conversation) => {
			conversation.enter(bob);
			expect(conversation.membership.change(owner, "ann", { role: "member" })).toEqual({ code: "last_owner" });
			conversation.membership.change(owner, "bob", { role: "owner" });
			expect(conversation.membership.change(owner, "ann", { role: "reader" })).toEqual({ ...ann, role: "reader" });
			expect(rolesOf(conversation)).toEqual({ ann: "reader", bob: "owner" });
			expect(conversation.membership.change({ ...bob, role: "owner" }, "bob", { role: "member" })).toEqual({ code: "last_owner" });
			expect(actionsOf(conversation)[0]).toEqual(["role_changed", "ann", undefined]);
		}));

	it("is changed by owners only, and only for members", () =>
		inConversation((conversation) => {
			conversation.enter(bob);
			expect(conversation.membership.change({ ...bob, role: "member" }, "bob", { role: "owner" })).toEqual({ code: "forbidden" });
			expect(conversation.membership.change(owner, "eve", { role: "owner" })).toEqual({ code: "not_found" });
			expect(rolesOf(conversation)).toEqual({ ann: "owner", bob: "member" });
		}));

	it("of reader does not permit stopping a reply", () =>
		inConversation(async (conversation) => {
			const anns = conversation.enter(ann);
			conversation.store.members.add({ ...eve, role: "reader" }, conversation.now);
			const eves = conversation.enter(eve);
			conversation.say(anns, "@claude Hi");
			conversation.rules.receive(eves, { type: "chat:stop", conversationId: conversation.store.info.id });
			expect(eves.last("chat:error").code).toBe("forbidden");
			await conversation.call.text("On it goes");
			await conversation.call.end();
			expect(conversation.contents()).toEqual(["@claude Hi", "On it goes"]);
		}));
});

describe("connected members receive", () => {
	it("a new member, a new name and a removal, but not the removed member themselves", () =>
		inConversation((conversation) => {
			const anns = conversation.enter(ann);
			const bobs = conversation.enter(bob);
			expect(anns.last("chat:member").member).toEqual({ ...bob, role: "member" });
			conversation.membership.join({ userId: "bob", username: "Robert", namedAt: 1 }, false);
			expect(anns.last("chat:member").member).toEqual({ userId: "bob", username: "Robert", role: "member" });
			conversation.membership.remove(owner, "bob");
			expect(anns.last("chat:member-left").userId).toBe("bob");
			expect(bobs.types()).not.toContain("chat:member-left");
		}));

	it("the title and when Claude answers", () =>
		inConversation((conversation) => {
			const bobs = conversation.enter(bob);
			conversation.membership.update(owner, { title: "Plans", assistant: "off" });
			expect(bobs.last("chat:conversation").conversation).toEqual(conversation.store.info);
			expect(conversation.store.info).toMatchObject({ title: "Plans", assistant: "off" });
		}));
});

describe("invites", () => {
	const invite = (conversation: TestConversation, id: string, maxUses: number | null = null) =>
		conversation.invitations.invite(owner, { id, role: "member", expiresAt: conversation.now + 1_000, maxUses });
	const idsOf = (conversation: TestConversation) => {
		const listed = conversation.invitations.invites(owner);
		return "invites" in listed ? listed.invites.map(({ id }) => id) : listed.code;
	};

	it("are listed while they admit somebody", () =>
		inConversation((conversation) => {
			invite(conversation, "spent", 1);
			invite(conversation, "open", 2);
			conversation.invitations.accept(bob, "spent");
			conversation.invitations.accept(eve, "open");
			expect(conversation.invitations.invites(owner)).toEqual({
				invites: [
					{
						id: "open",
						role: "member",
						createdBy: "ann",
						createdAt: new Date(conversation.now).toISOString(),
						expiresAt: new Date(conversation.now + 1_000).toISOString(),
						maxUses: 2,
						uses: 1,
						allows: {},
						used: { people: 1, questions: 0, usd: 0 },
						isLive: true,
					},
				],
			});
			conversation.now += 1_000;
			expect(idsOf(conversation)).toEqual([]);
		}));

	it("count a person once, however often they leave and come back", () =>
		inConversation((conversation) => {
			invite(conversation, "two", 2);
			for (let n = 0; n < 5; n++) {
				expect(conversation.invitations.accept(eve, "two")).toEqual({ ...eve, role: "member" });
				conversation.membership.remove({ ...eve, role: "member" }, "eve");
			}
			expect(conversation.invitations.invites(owner)).toMatchObject({ invites: [{ id: "two", uses: 1 }] });
			expect(conversation.invitations.accept(bob, "two")).toEqual({ ...bob, role: "member" });
			expect(idsOf(conversation)).toEqual([]);
		}));

	it("count a member who opened them when they come back by them", () =>
		inConversation((conversation) => {
			invite(conversation, "one", 1);
			conversation.enter(bob);
			conversation.invitations.accept(bob, "one");
			expect(idsOf(conversation)).toEqual(["one"]);
			conversation.membership.remove({ ...bob, role: "member" }, "bob");
			expect(conversation.invitations.accept(bob, "one")).toEqual({ ...bob, role: "member" });
			expect(idsOf(conversation)).toEqual([]);
		}));

	it("admit nobody once revoked, and the audit names who revoked them", () =>
		inConversation((conversation) => {
			invite(conversation, "i");
			expect(conversation.invitations.revoke(owner, "i")).toEqual({ removed: [] });
			expect(idsOf(conversation)).toEqual([]);
			expect(conversation.invitations.accept(bob, "i")).toEqual({ code: "invite_expired" });
			expect(conversation.invitations.revoke(owner, "i")).toEqual({ code: "not_found" });
			expect(actionsOf(conversation)[0]).toEqual(["revoked", "ann", undefined]);
		}));

	it("do not undo a removal or a role that an owner decided after their creation", () =>
		inConversation((conversation) => {
			invite(conversation, "old");
			conversation.invitations.accept(bob, "old");
			conversation.invitations.accept(eve, "old");
			conversation.now += 1;
			conversation.membership.change(owner, "bob", { role: "reader" });
			conversation.membership.remove(owner, "eve");
			expect(conversation.invitations.accept(bob, "old")).toEqual({ ...bob, role: "reader" });
			expect(conversation.invitations.accept(eve, "old")).toEqual({ code: "invite_expired" });
			conversation.membership.remove({ ...bob, role: "reader" }, "bob");
			expect(conversation.invitations.accept(bob, "old")).toEqual({ code: "invite_expired" });
			expect(rolesOf(conversation)).toEqual({ ann: "owner" });
			expect(conversation.invitations.accept({ userId: "new", username: "New" }, "old")).toMatchObject({ role: "member" });
			invite(conversation, "newer");
			for (const person of [bob, eve]) expect(conversation.invitations.accept(person, "newer")).toEqual({ ...person, role: "member" });
		}));

	it("admit nobody whom an owner has removed since, and nobody once revoked, also if the clock is set back", () =>
		inConversation((conversation) => {
			invite(conversation, "old");
			conversation.invitations.accept(bob, "old");
			conversation.now -= 3_000_000;
			conversation.membership.remove(owner, "bob");
			expect(conversation.invitations.accept(bob, "old")).toEqual({ code: "invite_expired" });
			invite(conversation, "newer");
			expect(conversation.invitations.accept(bob, "newer")).toEqual({ ...bob, role: "member" });
			conversation.invitations.revoke(owner, "old");
			conversation.now -= 60_000;
			expect(conversation.invitations.accept(eve, "old")).toEqual({ code: "invite_expired" });
			expect(idsOf(conversation)).toEqual(["newer"]);
			conversation.membership.remove(owner, "bob");
			conversation.now -= 60_000;
			invite(conversation, "newest");
			expect(conversation.invitations.accept(bob, "newer")).toEqual({ code: "invite_expired" });
			expect(conversation.invitations.accept(bob, "newest")).toEqual({ ...bob, role: "member" });
		}));

	it("are created, listed and revoked by owners only", () =>
		inConversation((conversation) => {
			invite(conversation, "i");
			const member = { ...bob, role: "member" as const };
			expect(conversation.invitations.invites(member)).toEqual({ code: "forbidden" });
			expect(conversation.invitations.revoke(member, "i")).toEqual({ code: "forbidden" });
			expect(idsOf(conversation)).toEqual(["i"]);
		}));
});

describe("the heir of a conversation", () => {
	it("is the oldest member who may write", () =>
		inConversation((conversation) => {
			for (const [userId, role] of [
				["r", "reader"],
				["late", "member"],
			] as const)
				conversation.store.members.add({ userId, username: userId, role }, ++conversation.now);
			expect(conversation.store.members.successor()?.userId).toBe("late");
			conversation.store.members.remove("late", false);
			expect(conversation.store.members.successor()?.userId).toBe("r");
			conversation.store.members.remove("r", false);
			expect(conversation.store.members.successor()).toBeUndefined();
		}));
});

describe("invites end", () => {
	const invite = (conversation: TestConversation, id: string, by = owner) =>
		conversation.invitations.invite(by, { id, role: "member", expiresAt: conversation.now + 1_000, maxUses: null });
	const bobs = { ...bob, role: "owner" as const };
	/** Bob is a second owner who made an invite. */
	const withBob = (conversation: TestConversation) => {
		conversation.enter(bob);
		conversation.membership.change(owner, "bob", { role: "owner" });
		invite(conversation, "bobs", bobs);
		invite(conversation, "anns");
	};
	const admits = (conversation: TestConversation, id: string) =>
		!("code" in conversation.invitations.accept({ userId: crypto.randomUUID(), username: "X" }, id));

	it.each([
		["is removed", (conversation: TestConversation) => conversation.membership.remove(owner, "bob")],
		["leaves", (conversation: TestConversation) => conversation.membership.remove(bobs, "bob")],
		["is no owner any more", (conversation: TestConversation) => conversation.membership.change(owner, "bob", { role: "reader" })],
		["ends", (conversation: TestConversation) => conversation.departures.end("bob", "bob")],
		["is banned", (conversation: TestConversation) => conversation.bannings.ban(owner, "bob")],
	])("when their maker %s", (_how, end) =>
		inConversation((conversation) => {
			withBob(conversation);
			expect([admits(conversation, "bobs"), admits(conversation, "anns")]).toEqual([true, true]);
			end(conversation);
			conversation.membership.change(owner, "bob", { role: "owner" });
			expect([admits(conversation, "bobs"), admits(conversation, "anns")]).toEqual([false, true]);
			expect(actionsOf(conversation).filter(([action]) => action === "revoked")).toHaveLength(1);
		}),
	);

	it("that a removed person used, if their remover asks for it", () =>
		inConversation((conversation) => {
			for (const id of ["used", "second", "other", "kept"]) invite(conversation, id);
			conversation.invitations.accept(bob, "used");
			// As a member already.
			conversation.invitations.accept(bob, "second");
			conversation.invitations.accept(eve, "kept");
			conversation.membership.remove(owner, "eve");
			conversation.membership.remove(owner, "bob", { revokesUsedInvites: true });
			expect(["used", "second", "other", "kept"].map((id) => admits(conversation, id))).toEqual([false, false, true, true]);
			conversation.invitations.accept({ userId: "dan", username: "Dan" }, "other");
			conversation.bannings.ban(owner, "dan", { revokesUsedInvites: true });
			expect(["other", "kept"].map((id) => admits(conversation, id))).toEqual([false, true]);
		}));
});

describe("a ban", () => {
	const invited = (conversation: TestConversation, id: string) =>
		conversation.invitations.invite(owner, { id, role: "member", expiresAt: conversation.now + 1_000, maxUses: null });

	it("ends a membership, and neither an invite nor a grant admits the person until it is lifted", () =>
		inConversation((conversation) => {
			const client = conversation.enter(bob);
			const ban = { userId: "bob", username: "Bob", bannedBy: "ann", bannedAt: new Date(conversation.now).toISOString() };
			expect(conversation.bannings.ban(owner, "bob")).toEqual(ban);
			expect(conversation.bannings.ban(owner, "bob")).toEqual(ban);
			conversation.say(client, "Hi");
			expect(client.last("chat:error").code).toBe("forbidden");
			conversation.now += 1;
			invited(conversation, "i");
			expect([conversation.invitations.accept(bob, "i"), conversation.membership.join(bob, true)]).toEqual([
				{ code: "forbidden" },
				undefined,
			]);
			expect([conversation.bannings.list(owner), conversation.bannings.of(owner, "bob")]).toEqual([{ bans: [ban] }, ban]);
			expect(conversation.bannings.unban(owner, "bob")).toEqual({ unbanned: true });
			expect([conversation.bannings.unban(owner, "bob"), conversation.bannings.of(owner, "bob")]).toEqual([
				{ code: "not_found" },
				{ code: "not_found" },
			]);
			expect(conversation.invitations.accept(bob, "i")).toEqual({ ...bob, role: "member" });
			expect(actionsOf(conversation).map(([action]) => action)).toEqual([
				"joined",
				"unbanned",
				"invited",
				"removed",
				"banned",
				"joined",
				"created",
			]);
		}));

	it("also keeps out a person who was never a member", () =>
		inConversation((conversation) => {
			expect(conversation.bannings.ban(owner, "eve")).toMatchObject({ userId: "eve", bannedBy: "ann" });
			expect(conversation.membership.join(eve, true)).toBeUndefined();
		}));

	it("is for owners, and not of themselves", () =>
		inConversation((conversation) => {
			const member = { ...bob, role: "member" as const };
			conversation.enter(bob);
			for (const refused of [
				conversation.bannings.ban(member, "ann"),
				conversation.bannings.unban(member, "ann"),
				conversation.bannings.list(member),
				conversation.bannings.of(member, "ann"),
			])
				expect(refused).toEqual({ code: "forbidden" });
			expect(conversation.bannings.ban(owner, "ann")).toEqual({ code: "bad_request" });
			expect(rolesOf(conversation)).toEqual({ ann: "owner", bob: "member" });
		}));
});
