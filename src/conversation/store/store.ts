// The conversation itself: its title, its settings and its deletion; and the way to everything else that is stored about it. The files
// of this folder hold every SQL statement of a conversation, under a name. They decide no rule of the chat. All calls are synchronous:
// everything between two awaits of the caller is one step.

import { migrate, migrateWhole } from "../../platform/migrate.ts";
import { Steps } from "../../platform/steps.ts";
import type { ClaudeChange } from "../../protocol/claude-settings.ts";
import type { AssistantMode, ConversationInfo } from "../../protocol/conversation.ts";
import { isoTime } from "../../protocol/iso-time.ts";
import type { NamedPerson } from "../../protocol/person.ts";
import { Audit } from "./audit.ts";
import { Bans } from "./bans.ts";
import { Asides } from "./claude/asides.ts";
import { Instructions } from "./claude/instructions.ts";
import { MemberChanges } from "./claude/member-changes.ts";
import { PromptMessages } from "./claude/prompt-messages.ts";
import { changed, type SettingColumns, type SettingsRow, settingsOf, settingsRowOf } from "./claude/settings.ts";
import { Summaries } from "./claude/summaries.ts";
import { type TitleUsage, type Titling, type TitlingRow, titlingOf, untitled } from "./claude/titling.ts";
import { Files } from "./files.ts";
import { Invites } from "./invites.ts";
import { Keeping } from "./keeping.ts";
import { ListDeliveries } from "./list-deliveries.ts";
import { Log } from "./log.ts";
import { LogReader } from "./log-reader.ts";
import { Members } from "./members.ts";
import { migrations } from "./migrations.ts";
import { Payments } from "./money/payments.ts";
import { MessageRows } from "./rows.ts";
import { Feed } from "./webhooks/feed.ts";
import { IncomingWebhooks } from "./webhooks/incoming.ts";
import { OutgoingWebhooks } from "./webhooks/outgoing.ts";

type ConversationRow = SettingsRow &
	TitlingRow & {
		id: string;
		title: string;
		assistant: AssistantMode;
		lineage: string;
		created_at: number;
		deleted_at: number | null;
		forked_from: string | null;
		forked_at: number | null;
	};

/** A conversation as it begins; `createdAt` in ms. `titledBy`: the id of the person who gave the title, if that is known. */
export type NewConversation = {
	id: string;
	title: string;
	titledBy?: string;
	assistant: AssistantMode;
	lineage: string;
	createdAt: number;
};

type Storage = Pick<DurableObjectStorage, "sql" | "transactionSync">;

export class Store {
	readonly #sql: SqlStorage;
	readonly #steps: Steps;
	readonly members: Members;
	readonly invites: Invites;
	readonly audit: Audit;
	readonly bans: Bans;
	readonly instructions: Instructions;
	readonly memberChanges: MemberChanges;
	readonly payments: Payments;
	readonly summaries: Summaries;
	readonly files: Files;
	readonly keeping: Keeping;
	readonly webhooks: OutgoingWebhooks;
	readonly incomingWebhooks: IncomingWebhooks;
	#conversation?: Omit<ConversationInfo, "instructions" | "instructionsBy">;
	#titling: Titling = untitled;
	#end: "ending" | "over" | undefined;
	#log?: Log;
	#reader?: LogReader;
	#listDeliveries?: ListDeliveries;
	#asides?: Asides;
	#feed?: Feed;
	#promptMessages?: PromptMessages;

	/** Only reads: asking for a conversation that was never created leaves nothing behind. */
	constructor(storage: Storage, deploymentDays?: number) {
		const { sql } = storage;
		this.#sql = sql;
		this.#steps = new Steps(
			(work) => storage.transactionSync(work),
			() => this.#remember(),
		);
		this.members = new Members(sql);
		this.invites = new Invites(sql);
		this.audit = new Audit(sql);
		this.bans = new Bans(sql);
		this.instructions = new Instructions(sql);
		this.memberChanges = new MemberChanges(sql);
		this.payments = new Payments(sql, this.invites);
		this.summaries = new Summaries(sql);
		this.files = new Files(sql);
		this.keeping = new Keeping(sql, deploymentDays);
		this.webhooks = new OutgoingWebhooks(sql);
		this.incomingWebhooks = new IncomingWebhooks(sql);
		const tables = sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name IN ('conversation', 'deleted')").toArray();
		if (tables.some(({ name }) => name === "deleted")) this.#end = "over";
		if (!tables.some(({ name }) => name === "conversation")) return;
		migrateWhole(storage, migrations);
		this.#load();
	}

	#load(): void {
		const row = this.#sql.exec<ConversationRow>("SELECT * FROM conversation").toArray()[0];
		if (!row) return;
		this.keeping.load();
		const { created_at, lineage, id, title, assistant } = row;
		if (row.deleted_at !== null) this.#end = "ending";
		const forkedFrom = row.forked_from !== null && { conversationId: row.forked_from, seq: row.forked_at ?? 0 };
		this.#conversation = { id, title, createdAt: isoTime(created_at), assistant, ...settingsOf(row), ...(forkedFrom && { forkedFrom }) };
		this.#titling = titlingOf(row);
		const rows = new MessageRows(this.#sql, id);
		this.#log = new Log(this.#sql, rows, lineage, this);
		this.#reader = new LogReader(this.#sql, rows, this.#log);
		const log = this.#log;
		this.#promptMessages = new PromptMessages(this.#sql, this.#reader, () => log.head);
		this.#listDeliveries = new ListDeliveries(this.#sql);
		this.#asides = new Asides(this.#sql, id);
		this.#feed = new Feed(this.#sql, rows);
	}

	create(conversation: Pick<NewConversation, "id" | "title" | "lineage">, owner: NamedPerson, now: number): void {
		if (this.#end) throw new Error("A conversation that was deleted does not begin again.");
		this.prepareTables();
		this.members.add({ ...owner, role: "owner" }, now);
		this.begin({ ...conversation, titledBy: owner.userId, assistant: "auto", createdAt: now });
	}

	prepareTables(): void {
		this.whole(() => migrate(this.#sql, migrations));
	}

	/** The conversation exists from now on, with whatever is in its tables already. */
	begin({ id, title, titledBy, assistant, lineage, createdAt }: NewConversation): void {
		this.#sql.exec(
			"INSERT INTO conversation (one, id, title, assistant, lineage, created_at, is_titled, titled_by) VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
			id,
			title,
			assistant,
			lineage,
			createdAt,
			title === "" ? 0 : 1,
			title === "" ? null : (titledBy ?? null),
		);
		this.#load();
	}

	/** Stores everything that is written by this, or nothing of it: then what is known of it is as it was, too. */
	whole<T>(work: () => T): T {
		return this.#steps.whole(work);
	}

	/** Tells others, once the step that runs is stored. */
	afterwards(effect: () => void): void {
		this.#steps.afterwards(effect);
	}

	#remember(): () => void {
		const [log, conversation, titling, end] = [this.#log, this.#conversation, this.#titling, this.#end];
		const memory = log?.memory;
		const others = [this.members, this.instructions, this.webhooks];
		const { memory: keeping } = this.keeping;
		return () => {
			if (log && memory) log.memory = memory;
			[this.#conversation, this.#titling, this.#end] = [conversation, titling, end];
			this.keeping.memory = keeping;
			for (const other of others) other.forget();
		};
	}

	/** It was created and is not deleted. If it does not exist, nothing else may be asked for. */
	get exists(): boolean {
		return this.#conversation !== undefined && this.#end === undefined;
	}

	/** Set for ever once it was deleted: `ending` until everything but a tombstone is gone. */
	get end(): "ending" | "over" | undefined {
		return this.#end;
	}

	markDeleted(now: number): void {
		this.#sql.exec("UPDATE conversation SET deleted_at = ?", now);
		this.#end = "ending";
	}

	/** The one row that stays of a deleted conversation. The storage must be empty. */
	writeTombstone(now: number): void {
		this.#sql.exec("CREATE TABLE deleted (at INTEGER NOT NULL) STRICT");
		this.#sql.exec("INSERT INTO deleted (at) VALUES (?)", now);
		this.#end = "over";
	}

	get info(): ConversationInfo {
		const { text = "", userId, username, at } = this.instructions.current ?? {};
		const by = userId !== undefined && { instructionsBy: { userId, username, at } };
		return { ...existing(this.#conversation), instructions: text, ...by, ...this.keeping.info } as ConversationInfo;
	}

	/** As it is for whoever reads from a place on: a title that was made from older messages is not for them. */
	infoFrom(from: number): ConversationInfo {
		const { isGiven, from: madeFrom } = this.#titling;
		const isTheirs = from <= 1 || isGiven || (madeFrom !== null && madeFrom >= from);
		return isTheirs ? this.info : { ...this.info, title: "" };
	}

	get log(): Log {
		return existing(this.#log);
	}

	get reader(): LogReader {
		return existing(this.#reader);
	}

	/** Reads the messages that Claude reads. */
	get promptMessages(): PromptMessages {
		return existing(this.#promptMessages);
	}

	/** Reads what this person may see. Whatever leaves for a person is read by it. */
	readerFor(userId: string): LogReader {
		return this.reader.startingAt(this.members.standing(userId).from);
	}

	get asides(): Asides {
		return existing(this.#asides);
	}

	/** The changes of the conversation, one after another. */
	get feed(): Feed {
		return existing(this.#feed);
	}

	/** The state of the updates of members' lists. */
	get listDeliveries(): ListDeliveries {
		return existing(this.#listDeliveries);
	}

	setForkedFrom(forkedFrom: NonNullable<ConversationInfo["forkedFrom"]>): void {
		this.#sql.exec("UPDATE conversation SET forked_from = ?, forked_at = ?", forkedFrom.conversationId, forkedFrom.seq);
		this.#conversation = { ...existing(this.#conversation), forkedFrom };
	}

	setAssistant(assistant: AssistantMode): void {
		this.#sql.exec("UPDATE conversation SET assistant = ?", assistant);
		this.#conversation = { ...existing(this.#conversation), assistant };
	}

	/** Changes the settings for Claude, but not the instructions. Returns the names of those that are different now. */
	changeSettings(change: Omit<ClaudeChange, "instructions">): (keyof SettingColumns)[] {
		const known = existing(this.#conversation);
		const { after, names } = changed(known, change);
		if (names.length === 0) return names;
		const { model, effort, asks, tools, budget } = settingsRowOf(after);
		const set = "UPDATE conversation SET model = ?, effort = ?, asks = ?, tools = ?, budget = ?";
		this.#sql.exec(set, model, effort, asks, tools, budget);
		this.#conversation = { ...known, ...after };
		return names;
	}

	get titling(): Titling {
		return this.#titling;
	}

	/** `by`: the id of the person who gave it. `from`: the place of the message that it was made from. Neither: there is none. */
	setTitle(title: string, origin: { by?: string; from?: number } = {}): void {
		const { by = null, from = null } = origin;
		const isGiven = by !== null;
		this.#sql.exec("UPDATE conversation SET title = ?, is_titled = ?, titled_by = ?, titled_from = ?", title, isGiven ? 1 : 0, by, from);
		this.#conversation = { ...existing(this.#conversation), title };
		this.#titling = { ...this.#titling, isGiven, by, from };
	}

	markTitleAsked(): void {
		this.#sql.exec("UPDATE conversation SET is_title_asked = 1");
		this.#titling = { ...this.#titling, isAsked: true };
	}

	setTitleUsage(usage: TitleUsage): void {
		this.#sql.exec("UPDATE conversation SET title_usage = ?", JSON.stringify(usage));
		this.#titling = { ...this.#titling, usage };
	}
}

function existing<T>(value: T | undefined): T {
	if (value === undefined) throw new Error("The conversation does not exist.");
	return value;
}
