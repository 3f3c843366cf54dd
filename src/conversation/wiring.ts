// Builds the parts of one conversation's object and connects them. No rule of the chat lives here.

import type { FileSettings } from "../file-settings.ts";
import { passUploadQuota } from "../money/quota.ts";
import { Alarm } from "../platform/alarm.ts";
import type { ServerEvent } from "../protocol/events.ts";
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
import { GuestNetworks } from "./replies/money/guest-networks.ts";
import { Batch } from "./sockets/batch.ts";
import { Fanout } from "./sockets/fanout.ts";
import { type Frame, Inbound } from "./sockets/inbound.ts";
import type { Socket } from "./sockets/socket.ts";
import { Sockets } from "./sockets/sockets.ts";
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
	const clients = new Fanout<Socket>(batch, now, observe, (event, from) => eventFrom(event, from, (place) => store.infoFrom(place)));
	const due = () => [people.endings, lists, replies, purses, files, removals, webhooks, retention, transcripts];
	const dueTimes = () => [clients.nextExpiry, ...due().map(({ dueAt }) => dueAt)];
	const alarm = new Alarm({ storage, dueTimes, now });
	const base = { storage, sql: storage.sql, store, alarm, networks: new GuestNetworks(store), now };
	const sockets = new Sockets(settings.sends, {
		closed: (socket) => conversation.leave(socket),
		renewed: () => {
			alarm.bringForward();
			shared.registration.touch();
		},
		pingedAt: (socket) => ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0,
		now,
	});
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
	const own = { ...base, clients, sockets, lists, work: new WorkRate(), purses, files, webhooks, ...money, id };
	const shared = { ...own, registration: new Registration(own, env.DIRECTORY) };

	const bytes = fileBytesOf(() => env.CONVERSATION_FILES.getByName(id));
	const isHeldBack = (after: number) => transcripts.isHeldBack(after);
	const answering = claudeOf({ ...shared, fileBytes: bytes, isHeldBack }, settings);
	const { replies } = answering;
	const heard = () => replies.askNext();
	const transcripts: Transcripts = transcriptsOf(env, { ...shared, bytes, heard }, settings);
	const removals: Removals = new Removals({
		...shared,
		idle: (userId) => lists.idle(userId),
		remove: (userId) => env.USERS.getByName(userId).removeEntry(id, !store.exists),
		isSettled: () => purses.isSettled && files.isSettled,
		finish: () => deletion.finish(),
	});
	const deletion = new Deletion({ ...shared, replies, removals });
	const standingChanged = (userId: string) => conversation.standingChanged(userId);
	const people = peopleOf({ ...shared, ...answering, removals, standingChanged });
	const retention = new Retention({ ...shared, ...answering });
	const importer = new Import({ ...shared, removals, enter: (userId) => env.USERS.getByName(userId).enter(id) });
	const conversation: Conversation<Socket> = new Conversation({
		...shared,
		...answering,
		transcripts,
		authenticate: (token, person) => admission.authenticate(token, person),
		guestsAsk: settings.guestClaude,
		rate: settings.sends,
	});
	const inbound = new Inbound({ ...shared, batch, conversation, uploads: uploadsOf(env, shared, settings.files) });
	const admission = new Admission({ ...shared, ...people, settings, env, importer, inbound });
	return { ...shared, ...answering, ...people, removals, retention, transcripts, deletion, importer, conversation, inbound, admission };
}

/** A program that reads along does not mean that its owner has seen anything. */
function presentIn(clients: Fanout<Socket>): Set<string> {
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
