// Builds the parts of one conversation's object and connects them. No rule of the chat lives here.

import { anthropicModel } from "../claude/anthropic.ts";
import { anthropicTitler } from "../claude/titler.ts";
import { Alarm } from "../platform/alarm.ts";
import { closeCodes } from "../protocol/errors.ts";
import type { Settings } from "../settings.ts";
import { Admission } from "./admission.ts";
import { Import } from "./archive/import.ts";
import { Conversation } from "./conversation.ts";
import { Deletion } from "./deletion.ts";
import { Lists } from "./lists/lists.ts";
import { Removals } from "./lists/removals.ts";
import { WorkRate } from "./messages/work-rate.ts";
import { moneyOf } from "./money.ts";
import { Departures } from "./people/departures.ts";
import { Erasure } from "./people/erasure.ts";
import { Membership } from "./people/membership.ts";
import { Replies } from "./replies/replies.ts";
import { Titles } from "./replies/title.ts";
import { Batch } from "./sockets/batch.ts";
import { Fanout } from "./sockets/fanout.ts";
import { type Frame, Inbound } from "./sockets/inbound.ts";
import type { Socket } from "./sockets/socket.ts";
import { Sockets } from "./sockets/sockets.ts";
import { Store } from "./store/store.ts";

export type Parts = ReturnType<typeof wire>;

export function wire(ctx: DurableObjectState, env: Env, settings: Settings) {
	const now = () => Date.now();
	const id = ctx.id.name as string;
	const { storage } = ctx;
	const store = new Store(storage.sql);
	const batch = new Batch<Frame>();
	const clients = new Fanout<Socket>(batch, now);
	const alarm = new Alarm({ storage, dueTimes: () => [clients.nextExpiry, removals.dueAt, lists.dueAt, purses.dueAt, replies.dueAt], now });
	const sockets = new Sockets(settings.sends, {
		closed: (socket) => conversation.leave(socket),
		renewed: () => alarm.bringForward(),
		pingedAt: (socket) => ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0,
		now,
	});
	const lists = new Lists({
		sql: storage.sql,
		store,
		// A program that reads along does not mean that its owner has seen anything.
		present: () => new Set([...clients.all()].filter(({ tokenId }) => !tokenId).map(({ person }) => person.userId)),
		deliver: (userId, summary) => env.USERS.getByName(userId).updateEntry(summary),
		alarm,
		now,
	});
	const { purses, ...money } = moneyOf(env, { sql: storage.sql, store, alarm, now }, settings);
	const shared = { storage, sql: storage.sql, store, clients, sockets, lists, alarm, work: new WorkRate(), purses, ...money, id, now };

	const titles = new Titles({ ...shared, titler: anthropicTitler(settings.claude) });
	const replies: Replies = new Replies({
		...shared,
		model: anthropicModel(settings.claude),
		idleTimeout: settings.claude.idleTimeout,
		afterwards: (run) => queueMicrotask(run),
		titles,
	});
	const removals: Removals = new Removals({
		...shared,
		idle: (userId) => lists.idle(userId),
		remove: (userId) => env.USERS.getByName(userId).removeEntry(id, !store.exists),
		isSettled: () => purses.isSettled,
		finish: () => deletion.finish(),
	});
	const deletion = new Deletion({ ...shared, replies, removals });
	const departures = new Departures({ ...shared, asides: replies.asides });
	const erasure = new Erasure({
		...shared,
		titles,
		departures,
		queues: [removals, lists],
		live: (message) => replies.live(message),
		transact: (work) => storage.transactionSync(work),
		resync: () => {
			clients.flush();
			for (const socket of sockets.all()) socket.close(closeCodes.resync, "much has changed");
		},
	});
	const membership = new Membership({ ...shared, titles, departures });
	const importer = new Import({ ...shared, removals, enter: (userId) => env.USERS.getByName(userId).enter(id) });
	const conversation: Conversation<Socket> = new Conversation({
		...shared,
		replies,
		titles,
		authenticate: (token, person) => admission.authenticate(token, person),
		guestsAsk: settings.guestClaude,
		rate: settings.sends,
	});
	const inbound = new Inbound({ ...shared, batch, conversation });
	const admission = new Admission({ ...shared, settings, users: env.USERS, ledgers: env.LEDGER, membership, importer, inbound });
	return { ...shared, titles, replies, removals, deletion, departures, erasure, membership, importer, conversation, inbound, admission };
}
