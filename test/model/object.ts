// A model of a conversation's object with one reply and the questions for it, without a runtime. Each method mirrors one of
// src/conversation/replies, from one await to the next. The pure rules are the product's own. `isBroken` names the bugs of test/bite.

import { Checkpoints } from "../../src/conversation/replies/checkpoints.ts";
import { isLeft } from "../../src/conversation/replies/money/left.ts";
import { attemptsOf, isBusy, retryDelay } from "../../src/conversation/replies/retry.ts";
import type { Reason } from "../../src/protocol/errors.ts";
import { limits } from "../../src/protocol/limits.ts";
import { type Asks, type Memory, type Payment, type Person, type Row, type Running, type State, stateOf, type World } from "./state.ts";

/** The length of one piece of Claude's text. Two pieces are more than may be lost. */
export const wordLength = 1_500;
export const orphanAfter = 30_000;
const pauses = { first: 5_000, longest: 60_000, tries: 18 };
const unpaid = { pause: 60_000, patience: 900_000 };

/** Longer times make no difference. */
const longest = 1_000_000;

export type PurseAnswer = "granted" | "spent" | "busy" | "unreachable";

class NoRoom extends Error {}

export class ConversationObject {
	readonly s: State;
	readonly #world: World;

	constructor(key: string, world: World) {
		this.s = stateOf(key);
		this.#world = world;
	}

	isBroken(bug: string): boolean {
		return this.#world.bug === bug;
	}

	// Parts.

	get memory(): Memory {
		this.s.memory ??= {};
		return this.s.memory;
	}
	get running(): Running | undefined {
		return this.s.memory?.running;
	}
	get row(): Row | undefined {
		return this.s.row;
	}
	get isBusy(): boolean {
		return this.row?.status === "streaming" || this.memory.asks !== undefined;
	}
	#isMember(person: Person): boolean {
		return person === "ann" || this.s.bob === "member";
	}
	#mayPay(person: Person, isAgain = false): boolean {
		const isAsking = isAgain || this.s.asking.includes(person) || this.isBroken("whoever has taken a question back pays for another's");
		return this.#isMember(person) && isAsking;
	}
	#claim(isRight: boolean, wrong: string): void {
		if (!isRight) this.s.wrong ??= wrong;
	}

	/** Stores rows one after another, or with `isWhole` all of them or none. */
	#store(rows: readonly (() => void)[], isWhole = true): void {
		if (isWhole && this.s.room !== undefined && this.s.room < rows.length) throw new NoRoom();
		for (const row of rows) {
			if (this.s.room === 0) throw new NoRoom();
			if (this.s.room !== undefined) this.s.room--;
			row();
		}
	}

	/** Returns false if there was no room. */
	tries(work: () => void): boolean {
		try {
			work();
			return true;
		} catch (error) {
			if (!(error instanceof NoRoom)) throw error;
			return false;
		}
	}

	#setAlarm(at: number): void {
		const isOver = this.isBroken("the alarm fires once and never again") && (this.s.alarmsFired ?? 0) > 0;
		if (!isOver) this.s.alarm = Math.max(0, at);
	}
	#clearAlarm(): void {
		this.s.alarm = undefined;
	}

	// Asking: replies.ts, money/asking.ts.

	say(person: Person): void {
		this.s.asking = [...this.s.asking, person].sort();
		this.s.told = this.s.told.filter((one) => one !== person);
	}

	ask(by: readonly Person[]): void {
		if (this.isBusy) return;
		if (this.#world.isPaid) this.pay(by);
		else this.#begin((row) => this.#addReply(row, [...by]));
	}

	/** Asks for all questions that wait. If there is no room for that, the alarm tries again. */
	#askNext(): void {
		const { asking } = this.s;
		this.memory.hasAskedNext = true;
		if (asking.length === 0 || this.tries(() => this.ask(asking))) return;
		this.memory.hasAskedNext = false;
		this.#setAlarm(orphanAfter);
	}

	/** Whether an earlier life of the object could not ask is not known. */
	#askWhatIsLeft(): void {
		const hasAsked = this.memory.hasAskedNext ?? this.isBroken("a question that had no room to be asked is forgotten with its object");
		if (!hasAsked && !this.isBusy && !this.#openAsk) this.#askNext();
	}

	pay(by: readonly Person[], isAgain?: boolean): void {
		this.#setAlarm(orphanAfter);
		const before = this.#openAsk;
		if (before) this.#release();
		const payers = isAgain || !before?.waiting ? [...by] : [...new Set([...before.payers, ...by])];
		const waiting = isAgain ? undefined : before?.waiting;
		this.#store([() => this.#put({ type: "ask", kind: "reply", payers, isAgain, waiting })]);
		this.#startAsking();
	}

	get #openAsk() {
		const { payment } = this.s;
		return payment?.type === "ask" && payment.kind === "reply" ? payment : undefined;
	}

	#put(payment: Payment): void {
		this.s.payment = payment;
		this.memory.hasBegun = true;
	}

	/** Releases what purses hold. */
	#release(): void {
		if (this.s.isHeld && !this.isBroken("a purse that refused leaves the others reserved")) this.#store([() => (this.s.isHeld = false)]);
		this.s.payment = undefined;
	}

	#startAsking(): void {
		const ask = this.#openAsk;
		if (!ask) return;
		this.#setAlarm(orphanAfter);
		this.memory.asks = { kind: "reply", payers: ask.payers, isAgain: ask.isAgain };
		this.#orKeep(() => {
			const payers = ask.payers.filter((one) => this.#mayPay(one, ask.isAgain));
			this.memory.asks = { kind: "reply", payers, isAgain: ask.isAgain };
			// An earlier life of the object may have asked purses too.
			this.s.isHeld = true;
			if (payers.length > 0) return;
			this.#release();
			this.#drop();
		});
	}

	/** If there is no room, keeps the ask and tries again later. */
	#orKeep(work: () => void): void {
		if (this.tries(work)) return;
		const isStuck = this.isBroken("Claude answers nobody any more after purses were asked in a full storage");
		this.memory.asks = isStuck ? { kind: "reply", payers: [], isOver: true } : undefined;
		this.#setAlarm(pauses.longest);
	}

	#drop(): void {
		this.memory.asks = undefined;
		this.#clearAlarm();
		this.#askNext();
	}

	/** Purses have answered. */
	answered(answer: PurseAnswer): void {
		const { asks } = this.memory;
		if (asks?.kind === "reply") this.#orKeep(() => this.#answered(asks, answer));
		else if (asks) this.#decided(asks, answer);
	}

	#answered(asks: Asks, answer: PurseAnswer): void {
		const { payment: ask } = this.s;
		const payer = asks.payers.find((one) => ask?.type === "ask" && ask.payers.includes(one));
		const waiting = ask?.type === "ask" ? ask.waiting : undefined;
		if (!payer || answer !== "granted") this.#release();
		this.memory.asks = undefined;
		if (!payer) this.#drop();
		else if (answer === "granted") this.#beginPaid(payer, asks.isAgain);
		else if (answer !== "busy" || asks.isAgain || !this.#postpone(asks, waiting?.tries ?? 0)) this.#refuse(asks, answer);
	}

	#postpone(asks: Asks, before: number): boolean {
		const stays = asks.payers.filter((one) => this.#mayPay(one));
		const payers = this.isBroken("whoever has left stays among the payers of a question that waits") ? asks.payers : stays;
		const tries = before + 1;
		const isGivenUp = this.isBroken("a question for which too much runs at once is given up");
		if (tries >= pauses.tries || stays.length === 0 || isGivenUp) return false;
		const retryAt = Math.min(pauses.longest, pauses.first * 2 ** (tries - 1));
		this.#store([() => this.#put({ type: "ask", kind: "reply", payers, waiting: { tries, retryAt } })]);
		this.#setAlarm(retryAt);
		return true;
	}

	#refuse({ payers, isAgain }: Asks, answer: PurseAnswer): void {
		this.#clearAlarm();
		const isForgotten = isAgain && this.isBroken("a question that waits is forgotten when a reply cannot be regenerated");
		if (answer === "unreachable" && (!isAgain || isForgotten)) {
			if (!isAgain) this.s.told = [...this.s.asking];
			return;
		}
		if (!isAgain) this.s.told = this.s.asking.filter((one) => payers.includes(one));
		if (this.s.told.length > 0) this.#store([() => (this.s.asking = this.s.asking.filter((one) => !payers.includes(one)))]);
		this.s.told = [];
		this.#askNext();
	}

	#beginPaid(payer: Person, isAgain?: boolean): void {
		const { asking, row } = this.s;
		const isThere = row !== undefined && row.status !== "streaming" && !row.isDeleted;
		if (this.#mayPay(payer, isAgain) && (isAgain ? isThere : asking.length > 0)) {
			this.#claim(isAgain === true || asking.includes(payer), "somebody pays who does not ask");
			if (isAgain) this.reopen(payer);
			else this.#begin((before) => this.#addReply(before, asking), payer);
			return;
		}
		this.#release();
		this.#clearAlarm();
		const isForgotten = isAgain && this.isBroken("a deleted reply that was to be written anew leaves other questions without an answer");
		if (!isForgotten) this.#askNext();
	}

	#addReply(before: Row | undefined, askedBy: Person[]): Row {
		this.#claim(before?.status !== "streaming", "an answer is left behind by the next one");
		Object.assign(this.s, { asking: [], told: [], callsMade: 0 });
		return { id: before?.id === 1 ? 2 : 1, status: "streaming", askedBy, text: 0, breaks: [], counted: 0, ends: 0 };
	}

	/** Regenerates an ended reply, in its place. */
	reopen(payer?: Person): void {
		this.#begin(
			(row) => ({ id: row?.id ?? 1, askedBy: row?.askedBy ?? [], status: "streaming", text: 0, breaks: [], counted: 0, ends: 0 }),
			payer,
		);
	}

	#begin(rowOf: (before: Row | undefined) => Row, payer?: Person): void {
		const stored = () => {
			this.s.row = rowOf(this.s.row);
			this.s.callsMade = 0;
			this.s.notBefore = 0;
		};
		const paid = () => this.#put({ type: "paid", payer: payer ?? "ann", before: 0, isSent: true });
		this.#store(payer ? [stored, paid] : [stored], !this.isBroken("a reply begins without its payment where the storage becomes full"));
		this.#open();
		this.#start();
	}

	// Running: runner.ts, reply.ts.

	#open(): Running {
		const { text, breaks, busy, counted } = this.s.row as Row;
		const running = { text, breaks, busy, counted, savedLength: text, savedAge: 0, hasRequest: false, isAsleep: false, isSuspended: false };
		this.memory.running = running;
		return running;
	}

	#start(): void {
		this.#setAlarm(orphanAfter);
		this.#orStumble(() => this.#run());
	}

	/** If the next step has no room, the reply is resumed later, as if its object had died. */
	#orStumble(work: () => void): void {
		if (!this.tries(work)) this.#abort();
	}

	/** Removes the reply from memory. */
	#abort(): void {
		const { running } = this;
		if (running?.hasRequest && !this.isBroken("stopping a reply does not abort the request to Claude")) this.s.upstream--;
		this.memory.running = undefined;
	}

	/** Asks Claude, makes the calls that come before that, or waits for a payment or a decision. */
	#run(): void {
		const running = this.running as Running;
		const { row } = this;
		if (running.isSuspended && this.#world.isPaid) {
			this.#askForDecision([]);
			return;
		}
		running.isSuspended = false;
		if (row?.call) this.#carryOut(running, row.call);
		if (running === this.running && !row?.call) this.#request(running);
	}

	#carryOut(running: Running, call: NonNullable<Row["call"]>): void {
		if (call.state === "waiting" && call.due > 0) {
			this.#wake();
			return;
		}
		if (call.state === "ready") {
			this.#claim(!this.#world.isPaid || this.s.payment?.type === "paid", "a call is made that nobody pays for");
			this.#store([() => (call.state = "started")]);
			running.isCalling = true;
			this.s.callsMade++;
		} else if (!running.isCalling) this.#store([() => ((this.s.row as Row).call = undefined)]);
	}

	/** The tool has answered. */
	called(): void {
		const { running, row } = this;
		if (!running || !row) return;
		running.isCalling = undefined;
		this.#orStumble(() => {
			this.#store([() => (row.call = undefined)]);
			this.#request(running);
		});
	}

	#recoverCall(call: NonNullable<Row["call"]>): void {
		const isRepeated = this.isBroken("a call of a tool that was started is repeated after the object died");
		this.#store([() => Object.assign(call, { state: isRepeated ? "ready" : "answered" })]);
	}

	#request(running: Running): void {
		const { payment, notBefore } = this.s;
		if (this.#world.isPaid) {
			const paid = payment?.type === "paid" ? payment : undefined;
			if (paid && !paid.isSent) this.#store([() => (paid.isSent = true)]);
			this.#claim(paid !== undefined, "Claude is asked and nobody pays");
		}
		if (running.busy?.retryAt !== undefined) {
			running.busy = { since: running.busy.since };
			this.#checkpoint(running);
		}
		this.#claim(notBefore <= 0, "a busy Claude is asked too early");
		this.#claim(!this.row?.isRefused, "Claude is asked again after it has refused for good");
		running.hasRequest = true;
		this.s.upstream++;
		if (this.#world.isPaid) this.s.owed++;
	}

	#checkpoint(running: Running): void {
		const { row } = this;
		if (!row) return;
		this.#store([
			() => {
				if (!this.isBroken("the text of a reply in progress is never checkpointed")) row.text = running.text;
				row.busy = this.isBroken("a reply's wait for Claude is lost with its object") ? undefined : running.busy;
				Object.assign(row, { breaks: running.breaks, counted: running.counted });
			},
		]);
		Object.assign(running, { savedLength: running.text, savedAge: 0 });
	}

	/** More text has come. */
	wrote(): void {
		const running = this.running as Running;
		running.text += wordLength;
		running.busy = undefined;
		this.s.notBefore = 0;
		const checkpoints = new Checkpoints(-running.savedAge, running.savedLength);
		// If this cannot be stored, the reply ends, and its end cannot be stored either.
		if (checkpoints.isDue(0, running.text)) this.#orStumble(() => this.#checkpoint(running));
	}

	#requestIsOver(running: Running): void {
		running.hasRequest = false;
		this.s.upstream--;
		running.counted++;
	}

	/** A request has broken off. `retryAfterMs`: the pause that Claude asks for. */
	brokeOff(reason: Reason, retryAfterMs?: number): void {
		const running = this.running as Running;
		this.#requestIsOver(running);
		const delay = this.#retryDelay(reason, running, { retryAfterMs, busyFor: running.busy?.since ?? 0 });
		if (delay === undefined) {
			const { row } = this;
			this.#orStumble(() => this.#finish("failed"));
			if (row && row.status !== "streaming" && reason === "spend_limit") row.isRefused = true;
			return;
		}
		this.#orStumble(() => {
			this.#breakOff(running, reason, isBusy(reason) ? delay : undefined);
			if (isBusy(reason)) this.s.notBefore = delay;
			if (delay === 0) this.#run();
			else this.#wake();
		});
	}

	#retryDelay(
		reason: Reason,
		running: Running,
		{ retryAfterMs, busyFor }: { retryAfterMs?: number | undefined; busyFor: number },
	): number | undefined {
		const attempts = attemptsOf({ breaks: running.breaks, text: "".padEnd(running.text) });
		if (this.isBroken("a failing reply is retried without limit") && reason === "interrupted") return 0;
		if (this.isBroken("an attempt that brought new text counts as one that brought none"))
			return retryDelay(
				{ status: "failed", reason },
				{ breaks: running.breaks.map((one) => ({ ...one, offset: 0 })), length: 0, retryAfterMs, busyFor },
			);
		if (this.isBroken("a reply that reached the spend limit is retried") && reason === "spend_limit") {
			if (this.row) this.row.isRefused = true;
			return 0;
		}
		return retryDelay({ status: "failed", reason }, { ...attempts, retryAfterMs, busyFor });
	}

	#breakOff(running: Running, reason: string, retryAt?: number): void {
		running.busy = retryAt === undefined ? undefined : { since: running.busy?.since ?? 0, retryAt };
		running.breaks = [...running.breaks, { offset: running.text, reason }];
		this.#checkpoint(running);
		this.#nextRequest(retryAt !== undefined);
	}

	#nextRequest(isLater: boolean): void {
		const { payment } = this.s;
		if (payment?.type === "paid") this.#store([() => (payment.isSent = !isLater)]);
	}

	/** Claude has written a call that somebody has to allow. */
	paused(): void {
		const { running, row } = this;
		if (!running || !row) return;
		this.#requestIsOver(running);
		this.#orStumble(() => {
			this.#store([() => (row.hasPaused = true), () => (row.call = { state: "waiting", due: limits.approval })], false);
			this.#checkpoint(running);
			this.#nextRequest(true);
			this.#run();
		});
	}

	#wake(): void {
		const running = this.running as Running;
		const { call } = this.s.row as Row;
		const { retryAt } = running.busy ?? {};
		const until = retryAt ?? (call?.state === "waiting" ? call.due : 0);
		running.isAsleep = until > 0;
		if (retryAt !== undefined && this.isBroken("a reply that waits for Claude is asked for by every wake of its object"))
			running.isAsleep = false;
		if (!running.isAsleep) this.#start();
		else this.#setAlarm(until);
		if (running.isAsleep && retryAt === undefined && !this.isBroken("a reply that waits for a decision keeps its reservation"))
			this.#suspend(running);
	}

	#suspend(running: Running): void {
		if (this.s.payment?.type === "paid") this.#settle(running.counted);
		running.isSuspended = true;
	}

	#settle(counted: number): void {
		const { payment } = this.s;
		if (payment?.type !== "paid") return;
		this.#store([
			() => {
				this.s.owed -= counted - payment.before;
				Object.assign(this.s, { payment: undefined, isHeld: false });
			},
		]);
	}

	// Decisions: decisions.ts, money/resumption.ts.

	decide(allows: boolean): void {
		const running = this.running as Running;
		if (!running.isSuspended || !this.#world.isPaid || this.isBroken("a call is made although nobody can pay for what follows"))
			this.#goOn(allows);
		else this.tries(() => this.#askForDecision(["ann"], allows));
	}

	#goOn(allows: boolean): void {
		const { call } = this.s.row as Row;
		this.tries(() => {
			if (call) this.#store([() => (call.state = allows ? "ready" : "answered")]);
			if ((this.running as Running).isAsleep) this.#wake();
		});
	}

	/** Reserves for what follows a decision. `allows` is absent if nobody has decided in time. */
	#askForDecision(by: Person[], allows?: boolean): void {
		const payers = [...new Set([...(this.s.row as Row).askedBy, ...by])].filter((one) => this.#isMember(one));
		this.memory.asks = { kind: "decision", payers, allows };
		if (payers.length === 0) {
			this.#decided(this.memory.asks, "spent");
			return;
		}
		const hasRoom = this.tries(() => this.#store([() => this.#put({ type: "ask", kind: "decision", payers })]));
		if (!hasRoom) {
			this.memory.asks = undefined;
			if (allows === undefined) this.#postponeDecision(this.running as Running, "unreachable");
			return;
		}
		this.s.isHeld = true;
		this.#setAlarm(orphanAfter);
	}

	#decided({ payers, allows }: Asks, answer: PurseAnswer): void {
		const running = this.running as Running;
		const { payment: ask } = this.s;
		const payer = payers.find((one) => ask?.type === "ask" && ask.payers.includes(one));
		this.memory.asks = undefined;
		const isPaid = answer === "granted" && payer !== undefined && this.#isMember(payer);
		const before = this.isBroken("a reply that goes on after a decision is charged once more for what it had cost") ? 0 : running.counted;
		const isStored = this.tries(() => {
			if (isPaid) this.#store([() => this.#put({ type: "paid", payer, before, isSent: false })]);
			else if (ask?.type === "ask") this.#release();
		});
		// If this is not stored, the next alarm releases it.
		if (!isStored) this.memory.hasBegun = undefined;
		if (isPaid && isStored) {
			running.isSuspended = false;
			if (allows === undefined) this.#orStumble(() => this.#run());
			else this.#goOn(allows);
		} else if (allows !== undefined && isStored) this.#wake();
		else if (allows !== undefined) return;
		else this.#postponeDecision(running, isPaid || !isStored || (payer && answer !== "spent") ? "unreachable" : "spent");
	}

	#postponeDecision(running: Running, answer: PurseAnswer): void {
		const due = this.s.row?.call?.due ?? 0;
		if (answer === "spent" || -due >= unpaid.patience) this.#orStumble(() => this.#finish(running.text > 0 ? "complete" : "failed"));
		else {
			running.isAsleep = true;
			this.#setAlarm(unpaid.pause);
		}
	}

	// Ending.

	#end(status: Row["status"]): void {
		const { running, row } = this;
		if (!running || !row) return;
		const counted = running.counted + (running.hasRequest ? 1 : 0);
		this.#abort();
		if (this.memory.asks?.kind === "decision") {
			Object.assign(this.memory, { asks: undefined, hasBegun: undefined });
			this.#release();
		}
		const ended = () => {
			Object.assign(row, {
				status,
				text: running.text,
				breaks: running.breaks,
				counted,
				busy: undefined,
				call: undefined,
				ends: row.ends + 1,
			});
		};
		const isPaid = this.s.payment?.type === "paid";
		const settled = () => {
			if (isPaid && this.s.payment?.type === "paid") this.s.owed -= counted - this.s.payment.before;
			Object.assign(this.s, { payment: undefined, isHeld: false });
		};
		this.#store(isPaid ? [ended, settled] : [ended], !this.isBroken("a reply ends without its payment where the storage becomes full"));
		this.#clearAlarm();
	}

	#finish(status: Row["status"]): void {
		this.#end(status);
		this.#askNext();
	}

	/** Claude has finished. */
	completed(): void {
		this.#orStumble(() => this.#finish("complete"));
	}

	/** Resumes a reply that was left in a full storage. */
	#takeUp(): void {
		if (!this.running && this.row?.status === "streaming") this.recover();
	}

	stop(): void {
		this.#takeUp();
		this.tries(() => this.#finish("stopped"));
	}

	/** A steering message was stored. */
	steer(by: Person): void {
		this.#takeUp();
		if (!this.running) this.ask([by]);
		else if (!this.isBroken("a steering message waits for the running reply")) this.stop();
	}

	delete(): void {
		this.#takeUp();
		const wasRunning = this.running !== undefined;
		if (wasRunning && !this.tries(() => this.#end("stopped"))) return;
		const deleted = () => Object.assign(this.s.row as Row, { isDeleted: true, status: "complete", text: 0 });
		const isDeleted = this.tries(() => this.#store([deleted]));
		const isForgotten = !isDeleted && this.isBroken("a deletion that has no room leaves the questions behind its reply waiting");
		if (wasRunning && !isForgotten) this.#askNext();
	}

	/** Bob is no longer a member. */
	forget(how: "left" | "erased"): void {
		const { s } = this;
		Object.assign(s, { bob: how, asking: s.asking.filter((one) => one !== "bob"), told: s.told.filter((one) => one !== "bob") });
		if (how === "left" || s.payment?.type !== "ask") return;
		s.payment = { ...s.payment, payers: s.payment.payers.filter((one) => one !== "bob") };
	}

	withdraw(person: Person): void {
		this.s.asking = this.s.asking.filter((one) => one !== person);
		this.s.told = this.s.told.filter((one) => one !== person);
	}

	regenerate(): void {
		if (this.#world.isPaid) this.pay(["ann"], true);
		else this.reopen();
	}

	// Recovery: recover() of replies.ts, runner.ts and asking.ts.

	recover(): void {
		const isSafe = this.tries(() => {
			if (this.running) this.#proceed(this.running);
			else if (this.row?.status === "streaming") this.#resume(this.row);
			else if (!this.isBroken("an ask whose object died is forgotten")) this.#recoverAsk();
			this.#askWhatIsLeft();
			this.#endRequests();
		});
		if (isSafe) return;
		if (this.isBroken("a reply that died keeps everybody from reading where the storage is full")) this.s.memory = undefined;
		else this.#setAlarm(orphanAfter);
	}

	/** The time of the alarm has come. */
	alarmFires(): void {
		const { s } = this;
		const by = s.alarm ?? 0;
		for (const busy of new Set([s.row?.busy, this.running?.busy])) {
			if (!busy) continue;
			busy.since = Math.min(busy.since + by, longest);
			if (busy.retryAt !== undefined) busy.retryAt = Math.max(0, busy.retryAt - by);
		}
		if (s.row?.call) s.row.call.due = Math.max(-longest, s.row.call.due - by);
		if (s.payment?.type === "ask" && s.payment.waiting) s.payment.waiting.retryAt = Math.max(0, s.payment.waiting.retryAt - by);
		if (this.running) this.running.savedAge = Math.min(orphanAfter, this.running.savedAge + by);
		s.notBefore = Math.max(0, s.notBefore - by);
		s.alarm = undefined;
		if (this.isBroken("the alarm fires once and never again")) s.alarmsFired = 1;
		this.recover();
	}

	#proceed(running: Running): void {
		if (running.isAsleep && this.memory.asks?.kind !== "decision") this.#wake();
		else this.#setAlarm(orphanAfter);
	}

	#recoverAsk(): void {
		const ask = this.#openAsk;
		if (this.memory.asks) this.#setAlarm(orphanAfter);
		else if (ask?.waiting && ask.waiting.retryAt > 0) this.#setAlarm(ask.waiting.retryAt);
		else if (ask) this.#startAsking();
	}

	#resume(row: Row): void {
		const running = this.#open();
		const { payment } = this.s;
		const isDone = this.tries(() => {
			running.isSuspended = row.call !== undefined && payment?.type !== "paid";
			if (running.busy?.retryAt !== undefined || row.call) {
				if (row.call?.state === "started") this.#recoverCall(row.call);
				this.#wake();
				return;
			}
			const isLost = payment?.type === "paid" && payment.isSent;
			if (isLost && !this.isBroken("a request whose object dies before its first report costs nothing")) running.counted++;
			if (this.#retryDelay("interrupted", running, { busyFor: 0 }) === undefined) {
				this.#finish("failed");
				return;
			}
			this.#breakOff(running, "interrupted");
			this.#start();
		});
		if (isDone) return;
		this.memory.running = undefined;
		throw new NoRoom();
	}

	/** Ends payments that nothing goes on with. */
	#endRequests(): void {
		const { payment, row } = this.s;
		if (!payment || (this.memory.running === undefined && !row && payment.type === "paid")) return;
		const stored =
			payment.type === "paid"
				? { ...payment, id: "1", kind: "reply", payer: { userId: payment.payer }, messageId: "1" }
				: { ...payment, id: "1", payers: [] };
		const found = { log: { message: () => row }, asides: { find: () => undefined } };
		if (!isLeft(found as never, stored as never, new Set(this.memory.hasBegun ? ["1"] : []))) return;
		if (payment.type === "paid") this.#settle(row?.counted ?? 0);
		else this.#release();
	}
}
