// Builds the parts of one conversation's object and connects them. No rule of the chat lives here.

import type { FileSettings } from "../file-settings.ts";
import { passUploadQuota } from "../money/quota.ts";
import { Alarm } from "../platform/alarm.ts";
import { closeCodes } from "../protocol/errors.ts";
import type { ServerEvent } from "../protocol/events.ts";
import { relayName } from "../relay/placement.ts";
import type { Settings } from "../settings.ts";
import { Admission } from "./admission.ts";
import { Import } from "./archive/import.ts";
import { claudeOf } from "./claude.ts";
import { Conversation } from "./conversation.ts";
import { Deletion } from "./deletion.ts";
import { FileDeletions, fileBytesOf } from "./files.ts";
import { FrameUploads } from "./frame-uploads.ts";
import { Lists } from "./lists/lists.ts";
import { Removals } from "./lists/removals.ts";
import { Retention } from "./messages/retention.ts";
import { eventFrom } from "./messages/view.ts";
import { WorkRate } from "./messages/work-rate.ts";
import { moneyOf } from "./money.ts";
import { peopleOf } from "./people/wiring.ts";
import { Registration } from "./registration.ts";
import { Relays } from "./relays/relays.ts";
import { GuestNetworks } from "./replies/money/guest-networks.ts";
import { Batch } from "./sockets/batch.ts";
import { Fanout, type FanoutClient } from "./sockets/fanout.ts";
import { type Frame, Inbound } from "./sockets/inbound.ts";
import type { Socket } from "./sockets/socket.ts";
import { Sockets } from "./sockets/sockets.ts";
import { RelayRows } from "./store/people/relays.ts";
import { Store } from "./store/store.ts";
import type { Transcripts } from "./voice/transcripts.ts";
import { transcriptsOf } from "./voice/wiring.ts";
import { webhooksOf } from "./webhooks/wiring.ts";

export type Parts = ReturnType<typeof wire>;

export function wire(ctx: DurableObjectState, env: Env, settings: Settings) {
	const now = () => Date.now();
	const id = ctx.id.name as string;
	const { storage } = ctx;
	const store = new Store(storage, settings.retentionDays);
	const batch = new Batch<Frame>();
	const observe = (event: ServerEvent) => {
		for (const observer of [shared.registration, webhooks, retention]) observer.observe(event);
	};
	const relays = relaysOf(env, { id, storage, store, alarm: { bringForward: () => alarm.bringForward() }, from: settings.relaysFrom, now });
	const seenFrom = (event: ServerEvent, from: number) => eventFrom(event, from, (place) => store.infoFrom(place));
	const clients = new Fanout<FanoutClient>(batch, now, observe, seenFrom, relays);
	const due = () => [people.endings, lists, answering.replies, purses, files, removals, webhooks, retention, transcripts, relays];
	const dueTimes = () => [clients.nextExpiry, ...due().map(({ dueAt }) => dueAt)];
	const alarm = new Alarm({ storage, dueTimes, now });
	const base = { storage, sql: storage.sql, store, alarm, networks: new GuestNetworks(store), now };
	const closed = (socket: Socket) => conversation.leave(socket);
	const renewed = () => {
		alarm.bringForward();
		shared.registration.touch();
	};
	const pingedAt = (socket: WebSocket) => ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0;
	const sockets = new Sockets(settings.sends, { closed, renewed, pingedAt, now }, (closing) => relays.close(closing));
	const lists = new Lists({
		...base,
		present: () => presentIn(clients),
		deliver: (userId, summary) => {
			shared.registration.touch();
			return env.USERS.getByName(userId).updateEntry(summary);
		},
	});
	const { purses, ...money } = moneyOf(env, base, settings);
	const files = new FileDeletions({ ...base, remote: () => env.CONVERSATION_FILES.getByName(id) });
	const webhooks = webhooksOf(env, settings, base);
	const own = { ...base, clients, relays, sockets, lists, work: new WorkRate(), purses, files, webhooks, ...money, id };
	const shared = { ...own, registration: new Registration(own, env.DIRECTORY) };

	const bytes = fileBytesOf(() => env.CONVERSATION_FILES.getByName(id));
	const answering = claudeOf({ ...shared, fileBytes: bytes, isHeldBack: (after) => transcripts.isHeldBack(after) }, settings);
	const transcripts: Transcripts = transcriptsOf(env, { ...shared, bytes, heard: () => answering.replies.askNext() }, settings);
	const removals: Removals = new Removals({
		...shared,
		idle: (userId) => lists.idle(userId),
		remove: (userId) => env.USERS.getByName(userId).removeEntry(id, !store.exists),
		isSettled: () => purses.isSettled && files.isSettled && webhooks.tokenEnds.isSettled && !relays.isOwed,
		finish: () => deletion.finish(),
	});
	const deletion = new Deletion({ ...shared, ...answering, removals });
	const standingChanged = (userId: string) => {
		conversation.standingChanged(userId);
		relays.close({ userId, code: closeCodes.resync, reason: "another place" });
	};
	const people = peopleOf({ ...shared, ...answering, removals, standingChanged });
	const rules = { ...shared, ...answering, ...people };
	const retention = new Retention({ ...shared, ...answering });
	const importer = new Import({ ...shared, removals, enter: (userId) => env.USERS.getByName(userId).enter(id) });
	const conversation: Conversation<FanoutClient> = new Conversation({
		...rules,
		transcripts,
		authenticate: (token, person) => admission.authenticate(token, person),
		guestsAsk: settings.guestClaude,
		rate: settings.sends,
	});
	relays.peopleChanged = () => conversation.peopleElsewhereChanged();
	const uploads = uploadsOf(env, shared, settings.files);
	const inbound = new Inbound({ ...shared, batch, conversation, uploads });
	const admission = new Admission({ ...shared, ...people, settings, env, importer, inbound });
	const rest = { removals, retention, transcripts, deletion, importer, conversation, uploads, inbound, admission };
	return { ...rules, ...rest };
}

function relaysOf(
	env: Env,
	parts: { id: string; storage: DurableObjectStorage } & Omit<ConstructorParameters<typeof Relays>[0], "rows" | "remote">,
) {
	const { id, storage } = parts;
	return new Relays({ ...parts, rows: new RelayRows(storage.sql), remote: (relay) => env.RELAYS.getByName(relayName(id, relay)) });
}

/** A program that reads along does not mean that its owner has seen anything. */
function presentIn(clients: Fanout<FanoutClient>): Set<string> {
	return new Set([...clients.all()].filter(({ tokenId }) => !tokenId).map(({ person }) => person.userId));
}

/** Binary frames of native sockets. */
function uploadsOf(
	env: Env,
	shared: Omit<ConstructorParameters<typeof FrameUploads>[0], "limits" | "remote" | "passQuota">,
	limits: FileSettings,
) {
	const { id, store, clients, now } = shared;
	const remote = () => env.CONVERSATION_FILES.getByName(id);
	return new FrameUploads({
		...{ id, store, clients, now, limits },
		remote,
		passQuota: (writer, bytes) => passUploadQuota(env.LEDGER, { ...writer, isGuest: store.members.isGuest(writer.userId) }, bytes, limits),
	});
}
