import { describe, expect, it } from "vitest";
import { ann, bob, inRoom, type Room } from "../../support/conversation.ts";

const owner = { ...ann, role: "owner" as const };
const eve = { userId: "eve", username: "Eve" };

const rolesOf = (room: Room) => Object.fromEntries(room.membership.members().map(({ userId, role }) => [userId, role]));
const actionsOf = (room: Room) => room.store.audit.before(999, 99).map(({ action, actor, subject }) => [action, actor, subject]);

describe("a role", () => {
	it("is changed by an owner, sent to everybody, kept in the audit, and effective at once", () =>
		inRoom((room) => {
			const [anns, bobs] = [room.enter(ann), room.enter(bob)];
			expect(room.membership.setRole(owner, "bob", "reader")).toEqual({ ...bob, role: "reader" });
			for (const client of [anns, bobs]) expect(client.last("chat:member").member).toEqual({ ...bob, role: "reader" });
			room.say(bobs, "Hi", "k");
			expect(bobs.last("chat:error")).toMatchObject({ code: "forbidden", clientId: "k" });
			room.membership.setRole(owner, "bob", "member");
			room.say(bobs, "Hi again");
			expect(room.contents()).toEqual(["Hi again"]);
			expect(actionsOf(room).slice(0, 2)).toEqual([
				["role_changed", "ann", "bob"],
				["role_changed", "ann", "bob"],
			]);
			expect(room.entered).toEqual(["ann", "bob", "bob", "bob"]);
		}));

	it("that stays the same is not sent", () =>
		inRoom((room) => {
			const client = room.enter(bob);
			expect(room.membership.setRole(owner, "bob", "member")).toEqual({ ...bob, role: "member" });
			expect(client.types()).not.toContain("chat:member");
			expect(actionsOf(room).map(([action]) => action)).not.toContain("role_changed");
		}));

	it("of owner can be handed over, but the last owner cannot give it up", () =>
		inRoom((room) => {
			room.enter(bob);
			expect(room.membership.setRole(owner, "ann", "member")).toEqual({ code: "last_owner" });
			room.membership.setRole(owner, "bob", "owner");
			expect(room.membership.setRole(owner, "ann", "reader")).toEqual({ ...ann, role: "reader" });
			expect(rolesOf(room)).toEqual({ ann: "reader", bob: "owner" });
			expect(room.membership.setRole({ ...bob, role: "owner" }, "bob", "member")).toEqual({ code: "last_owner" });
			expect(actionsOf(room)[0]).toEqual(["role_changed", "ann", undefined]);
		}));

	it("is changed by owners only, and only for members", () =>
		inRoom((room) => {
			room.enter(bob);
			expect(room.membership.setRole({ ...bob, role: "member" }, "bob", "owner")).toEqual({ code: "forbidden" });
			expect(room.membership.setRole(owner, "eve", "owner")).toEqual({ code: "not_found" });
			expect(rolesOf(room)).toEqual({ ann: "owner", bob: "member" });
		}));

	it("of reader does not permit stopping a reply", () =>
		inRoom(async (room) => {
			const anns = room.enter(ann);
			room.store.members.add({ ...eve, role: "reader" }, room.now);
			const eves = room.enter(eve);
			room.say(anns, "@claude Hi");
			room.conversation.receive(eves, { type: "chat:stop", conversationId: room.store.info.id });
			expect(eves.last("chat:error").code).toBe("forbidden");
			await room.call.text("On it goes");
			await room.call.end();
			expect(room.contents()).toEqual(["@claude Hi", "On it goes"]);
		}));
});

describe("connected members receive", () => {
	it("a new member, a new name and a removal, but not the removed member themselves", () =>
		inRoom((room) => {
			const anns = room.enter(ann);
			const bobs = room.enter(bob);
			expect(anns.last("chat:member").member).toEqual({ ...bob, role: "member" });
			room.membership.join({ userId: "bob", username: "Robert" }, false);
			expect(anns.last("chat:member").member).toEqual({ userId: "bob", username: "Robert", role: "member" });
			room.membership.remove(owner, "bob");
			expect(anns.last("chat:member-left").userId).toBe("bob");
			expect(bobs.types()).not.toContain("chat:member-left");
		}));

	it("the title and when Claude answers", () =>
		inRoom((room) => {
			const bobs = room.enter(bob);
			room.membership.update(owner, { title: "Plans", assistant: "off" });
			expect(bobs.last("chat:conversation").conversation).toEqual(room.store.info);
			expect(room.store.info).toMatchObject({ title: "Plans", assistant: "off" });
		}));
});

describe("invites", () => {
	const invite = (room: Room, id: string, maxUses: number | null = null) =>
		room.membership.invite(owner, { id, role: "member", expiresAt: room.now + 1_000, maxUses });
	const idsOf = (room: Room) => {
		const listed = room.membership.invites(owner);
		return "invites" in listed ? listed.invites.map(({ id }) => id) : listed.code;
	};

	it("are listed while they admit somebody", () =>
		inRoom((room) => {
			invite(room, "spent", 1);
			invite(room, "open", 2);
			room.membership.accept(bob, "spent");
			room.membership.accept(eve, "open");
			expect(room.membership.invites(owner)).toEqual({
				invites: [
					{
						id: "open",
						role: "member",
						createdBy: "ann",
						createdAt: new Date(room.now).toISOString(),
						expiresAt: new Date(room.now + 1_000).toISOString(),
						maxUses: 2,
						uses: 1,
					},
				],
			});
			room.now += 1_000;
			expect(idsOf(room)).toEqual([]);
		}));

	it("admit nobody once revoked, and the audit names who revoked them", () =>
		inRoom((room) => {
			invite(room, "i");
			expect(room.membership.revoke(owner, "i")).toEqual({ revoked: true });
			expect(idsOf(room)).toEqual([]);
			expect(room.membership.accept(bob, "i")).toEqual({ code: "invite_expired" });
			expect(room.membership.revoke(owner, "i")).toEqual({ code: "not_found" });
			expect(actionsOf(room)[0]).toEqual(["revoked", "ann", undefined]);
		}));

	it("do not undo a removal or a role that an owner decided after their creation", () =>
		inRoom((room) => {
			invite(room, "old");
			room.membership.accept(bob, "old");
			room.membership.accept(eve, "old");
			room.now += 1;
			room.membership.setRole(owner, "bob", "reader");
			room.membership.remove(owner, "eve");
			expect(room.membership.accept(bob, "old")).toEqual({ ...bob, role: "reader" });
			expect(room.membership.accept(eve, "old")).toEqual({ code: "invite_expired" });
			room.membership.remove({ ...bob, role: "reader" }, "bob");
			expect(room.membership.accept(bob, "old")).toEqual({ code: "invite_expired" });
			expect(rolesOf(room)).toEqual({ ann: "owner" });
			expect(room.membership.accept({ userId: "new", username: "New" }, "old")).toMatchObject({ role: "member" });
			invite(room, "newer");
			for (const person of [bob, eve]) expect(room.membership.accept(person, "newer")).toEqual({ ...person, role: "member" });
		}));

	it("are created, listed and revoked by owners only", () =>
		inRoom((room) => {
			invite(room, "i");
			const member = { ...bob, role: "member" as const };
			expect(room.membership.invites(member)).toEqual({ code: "forbidden" });
			expect(room.membership.revoke(member, "i")).toEqual({ code: "forbidden" });
			expect(idsOf(room)).toEqual(["i"]);
		}));
});

describe("the heir of a conversation", () => {
	it("is the oldest member who may write", () =>
		inRoom((room) => {
			for (const [userId, role] of [
				["r", "reader"],
				["late", "member"],
			] as const)
				room.store.members.add({ userId, username: userId, role }, ++room.now);
			expect(room.store.members.successor()?.userId).toBe("late");
			room.store.members.remove("late", false);
			expect(room.store.members.successor()?.userId).toBe("r");
			room.store.members.remove("r", false);
			expect(room.store.members.successor()).toBeUndefined();
		}));
});

describe("invites end", () => {
	const invite = (room: Room, id: string, by = owner) =>
		room.membership.invite(by, { id, role: "member", expiresAt: room.now + 1_000, maxUses: null });
	const bobs = { ...bob, role: "owner" as const };
	/** Bob is a second owner who made an invite. */
	const withBob = (room: Room) => {
		room.enter(bob);
		room.membership.setRole(owner, "bob", "owner");
		invite(room, "bobs", bobs);
		invite(room, "anns");
	};
	const admits = (room: Room, id: string) => !("code" in room.membership.accept({ userId: crypto.randomUUID(), username: "X" }, id));

	it.each([
		["is removed", (room: Room) => room.membership.remove(owner, "bob")],
		["leaves", (room: Room) => room.membership.remove(bobs, "bob")],
		["is no owner any more", (room: Room) => room.membership.setRole(owner, "bob", "reader")],
		["ends", (room: Room) => room.departures.end("bob", "bob")],
		["is banned", (room: Room) => room.membership.ban(owner, "bob")],
	])("when their maker %s", (_how, end) =>
		inRoom((room) => {
			withBob(room);
			expect([admits(room, "bobs"), admits(room, "anns")]).toEqual([true, true]);
			end(room);
			room.membership.setRole(owner, "bob", "owner");
			expect([admits(room, "bobs"), admits(room, "anns")]).toEqual([false, true]);
			expect(actionsOf(room).filter(([action]) => action === "revoked")).toHaveLength(1);
		}),
	);

	it("that a removed person used, if their remover asks for it", () =>
		inRoom((room) => {
			for (const id of ["used", "other", "kept"]) invite(room, id);
			room.membership.accept(bob, "used");
			room.membership.accept(eve, "kept");
			room.membership.remove(owner, "eve");
			room.membership.remove(owner, "bob", { revokesUsedInvites: true });
			expect(["used", "other", "kept"].map((id) => admits(room, id))).toEqual([false, true, true]);
			room.membership.accept({ userId: "dan", username: "Dan" }, "other");
			room.membership.ban(owner, "dan", { revokesUsedInvites: true });
			expect(["other", "kept"].map((id) => admits(room, id))).toEqual([false, true]);
		}));
});

describe("a ban", () => {
	const invited = (room: Room, id: string) =>
		room.membership.invite(owner, { id, role: "member", expiresAt: room.now + 1_000, maxUses: null });

	it("ends a membership, and neither an invite nor a grant admits the person until it is lifted", () =>
		inRoom((room) => {
			const client = room.enter(bob);
			const ban = { userId: "bob", username: "Bob", bannedBy: "ann", bannedAt: new Date(room.now).toISOString() };
			expect(room.membership.ban(owner, "bob")).toEqual(ban);
			expect(room.membership.ban(owner, "bob")).toEqual(ban);
			room.say(client, "Hi");
			expect(client.last("chat:error").code).toBe("forbidden");
			room.now += 1;
			invited(room, "i");
			expect([room.membership.accept(bob, "i"), room.membership.join(bob, true)]).toEqual([{ code: "forbidden" }, undefined]);
			expect([room.membership.bans(owner), room.membership.banOf(owner, "bob")]).toEqual([{ bans: [ban] }, ban]);
			expect(room.membership.unban(owner, "bob")).toEqual({ unbanned: true });
			expect([room.membership.unban(owner, "bob"), room.membership.banOf(owner, "bob")]).toEqual([
				{ code: "not_found" },
				{ code: "not_found" },
			]);
			expect(room.membership.accept(bob, "i")).toEqual({ ...bob, role: "member" });
			expect(actionsOf(room).map(([action]) => action)).toEqual([
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
		inRoom((room) => {
			expect(room.membership.ban(owner, "eve")).toMatchObject({ userId: "eve", bannedBy: "ann" });
			expect(room.membership.join(eve, true)).toBeUndefined();
		}));

	it("is for owners, and not of themselves", () =>
		inRoom((room) => {
			const member = { ...bob, role: "member" as const };
			room.enter(bob);
			for (const refused of [
				room.membership.ban(member, "ann"),
				room.membership.unban(member, "ann"),
				room.membership.bans(member),
				room.membership.banOf(member, "ann"),
			])
				expect(refused).toEqual({ code: "forbidden" });
			expect(room.membership.ban(owner, "ann")).toEqual({ code: "bad_request" });
			expect(rolesOf(room)).toEqual({ ann: "owner", bob: "member" });
		}));
});
