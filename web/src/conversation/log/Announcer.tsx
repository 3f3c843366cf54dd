// Announces events to screen readers, once and complete. The log itself is silent, or every token would be read out.

import { useCallback, useEffect, useRef, useState } from "react";
import type { Reason } from "../../../../src/protocol/errors.ts";
import { briefOf } from "../../../../src/protocol/files/brief.ts";
import type { Message } from "../../../../src/protocol/message.ts";
import type { Notice } from "../../../../src/protocol/people/notice.ts";
import { nameOfAuthor } from "../../../../src/protocol/person.ts";
import type { Tool } from "../../../../src/protocol/sources.ts";
import { partsOfToolName } from "../../../../src/protocol/text/tool-name.ts";
import { isGuest } from "../../account/currentSession.ts";
import { lineOf } from "../../files/fileLine.ts";
import { useMessageKeys } from "../../keyboard/useMessageKeys.ts";
import { type Catalogue, refusalText } from "../../languages/catalogue.ts";
import { currentStrings } from "../../languages/currentLanguage.ts";
import { visibleHistory } from "../../live/historyWindow.ts";
import { type Phase, phaseOf } from "../../live/replyStatus.ts";
import { unpaidText } from "../../money/unpaidText.ts";
import { namesOf } from "../../people/names.ts";
import { linesOf } from "../../people/noticeLines.ts";
import { isCall } from "../../research/decision.ts";
import { callState, currentWords, phraseOf } from "../../research/words.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import type { MessageActions } from "../message/MessageActions.ts";
import { sentenceOf } from "../NoticeLines.tsx";
import { currentWords as noticeWords } from "../noticeWords.ts";

/** In ms: the progress of a reply is repeated at this interval. */
const repeatInterval = 7_000;
/** In ms: what becomes of calls in this time is announced together. */
const gatherFor = 300;
/** More new messages than this are counted, not read out. */
const maxRead = 3;
/** In ms: a notice that is older is no news. Clocks differ a little. */
const recent = 60_000;

type Props = { chat: Chat; actions: MessageActions; userId: string };

export function Announcer({ chat, actions, userId }: Props) {
	const { messages, notice, unpaid } = chat;
	/** The conversation is loaded: later messages are new. */
	const isLoaded = chat.you !== null;
	// The effect of a key may not be visible.
	const done = useMessageKeys(visibleHistory(chat).messages, actions);
	const [said, say] = useAnnouncement();
	const [progress, sayProgress] = useAnnouncement();
	const news = useNewMessages(isLoaded, messages, userId);
	useEffect(() => {
		if (news.length > maxRead) say(currentStrings().unread(news.length));
		else if (news.length > 0) say(news.map((message) => readOut(message, currentStrings())).join(" "));
	}, [news, say]);
	useEffect(() => {
		if (notice !== null) say(refusalText(currentStrings(), notice));
	}, [notice, say]);
	useEffect(() => {
		const latest = [...unpaid.values()].at(-1);
		if (latest) say(unpaidText(latest, isGuest(userId)));
	}, [unpaid, userId, say]);
	useEffect(() => {
		if (done !== undefined) say(currentStrings()[done]);
	}, [done, say]);
	useProgress(isLoaded, messages, sayProgress);
	useLookups(messages, sayProgress);
	useCalls(messages, userId, say);
	useNotices(chat.notices, userId, say);
	return (
		<>
			{[said, progress].map(({ turn, text }, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: there are always these two.
				<output key={index} className="visually-hidden" aria-live="polite">
					<span key={turn}>{text}</span>
				</output>
			))}
		</>
	);
}

/** The same text is announced again by a new element. */
function useAnnouncement() {
	const [said, setSaid] = useState({ turn: 0, text: "" });
	const say = useCallback((text: string) => setSaid(({ turn }) => ({ turn: turn + 1, text })), []);
	return [said, say] as const;
}

const nothing: readonly Message[] = [];

/** Others' messages since the last change. Messages that were there at first are not new. */
function useNewMessages(isLoaded: boolean, messages: readonly Message[], userId: string): readonly Message[] {
	const known = useRef<number>(undefined);
	const [news, setNews] = useState(nothing);
	useEffect(() => {
		if (!isLoaded) return;
		const before = known.current;
		known.current = messages.at(-1)?.seq ?? 0;
		if (before === undefined) return;
		const come = messages.filter(({ seq, role, author }) => seq > before && role === "user" && author.userId !== userId);
		if (come.length > 0) setNews(come);
	}, [isLoaded, messages, userId]);
	return news;
}

/** Announces the phases of Claude's reply, and repeats them while it takes long. */
function useProgress(isLoaded: boolean, messages: readonly Message[], say: (text: string) => void): void {
	const reply = messages.findLast(({ role, deletedAt }) => role === "assistant" && deletedAt === undefined);
	const phase = reply && phaseOf(reply);
	const state = reply && `${reply.id} ${phase}`;
	const reason = reply?.reason;
	const known = useRef<{ state: string | undefined }>(undefined);
	useEffect(() => {
		if (!isLoaded) return;
		const before = known.current;
		known.current = { state };
		if (phase === undefined) return;
		const progress = progressOf(phase, reason, currentStrings());
		if (before !== undefined && before.state !== state && progress !== undefined) say(progress);
		if (phase !== "thinking" && phase !== "answering") return;
		const timer = setInterval(() => say(stillOf(phase, currentStrings())), repeatInterval);
		return () => clearInterval(timer);
	}, [isLoaded, state, phase, reason, say]);
}

/** Announces each search and each page once, when it is known what Claude looks up. */
function useLookups(messages: readonly Message[], say: (text: string) => void): void {
	const reply = messages.findLast(({ status }) => status === "streaming");
	const index = reply?.tools?.findLastIndex((tool) => !isCall(tool) && tool.status === "running" && tool.input !== "") ?? -1;
	const tool = reply?.tools?.[index];
	const text = tool && Object.values(phraseOf(tool, currentWords())).join(" ");
	// biome-ignore lint/correctness/useExhaustiveDependencies: the same words may be looked up again.
	useEffect(() => {
		if (text !== undefined) say(text);
	}, [reply?.id, index, text, say]);
}

/** Announces each call that waits for a decision, and what becomes of it, once. Calls that waited before the page was opened are news too. */
function useCalls(messages: readonly Message[], userId: string, say: (text: string) => void): void {
	const known = useRef(new Map<string, string>());
	const news = useRef<string[]>([]);
	useEffect(() => {
		const reply = messages.findLast(({ status }) => status === "streaming");
		const isFirst = news.current.length === 0;
		for (const call of reply?.tools?.filter(isCall) ?? []) {
			const text = sayCall(call, userId);
			// Claude may still be writing it, and nobody knows yet whether it asks.
			if (call.status === "running" && !call.asks && !call.decidedBy) continue;
			if (known.current.get(`${reply?.id} ${call.id}`) === text) continue;
			known.current.set(`${reply?.id} ${call.id}`, text);
			news.current.push(text);
		}
		if (!isFirst || news.current.length === 0) return;
		// Several calls come one after the other, and the last would silence the others.
		setTimeout(() => say(news.current.splice(0).join(" ")), gatherFor);
	}, [messages, userId, say]);
}

/** Announces who came and went, and new titles, as they happen. Others are read where they stand. */
function useNotices(notices: readonly Notice[], userId: string, say: (text: string) => void): void {
	const known = useRef(0);
	useEffect(() => {
		const come = notices.filter(({ id, at }) => id > known.current && Date.parse(at) > Date.now() - recent);
		known.current = Math.max(known.current, notices.at(-1)?.id ?? 0);
		const names = { nameOf: () => undefined, userId };
		const lines = [...linesOf(come, userId, true).values()].flat();
		if (lines.length > 0) say(lines.map((line) => `${sentenceOf(line, noticeWords(), currentStrings(), names)}.`).join(" "));
	}, [notices, userId, say]);
}

function sayCall(call: Tool, userId: string): string {
	const words = currentWords();
	const { server, tool } = partsOfToolName(call.name);
	if (call.asks) return words.calls.asksFor(tool, server);
	const by = call.decidedBy && namesOf([call.decidedBy], { nameOf: () => undefined, userId }, currentStrings())[0];
	return `${words.calls.tool(tool, server)}: ${callState(call, by, words)}`;
}

function readOut({ author, content, files }: Message, strings: Catalogue): string {
	const briefs = files && { files: files.map(briefOf) };
	return strings.somebodySaid(nameOfAuthor(author), lineOf({ content: content.slice(0, 1_000), ...briefs }, strings).slice(0, 300));
}

function progressOf(phase: Phase, reason: string | undefined, strings: Catalogue): string | undefined {
	switch (phase) {
		case "asking":
			// Each call is announced by itself.
			return undefined;
		case "thinking":
			return strings.claudeThinking;
		case "busy":
			return strings.busy;
		case "answering":
			return strings.claudeAnswering;
		case "complete":
			return strings.claudeAnswered;
		case "stopped":
			return strings.claudeStopped;
		case "failed":
			return strings.reasons[reason as Reason] ?? strings.reasons.internal;
		default:
			return phase satisfies never;
	}
}

function stillOf(phase: "thinking" | "answering", strings: Catalogue): string {
	return phase === "thinking" ? strings.claudeStillThinking : strings.claudeStillAnswering;
}
