// The rows of a log that are on the page, with empty space in place of the others.

import { type ComponentProps, type RefObject, useMemo } from "react";
import type { Message } from "../../../../src/protocol/message.ts";
import { isGuest } from "../../account/currentSession.ts";
import { useLazy } from "../../controls/useLazy.ts";
import { useStrings } from "../../languages/useStrings.ts";
import type { Messages } from "../../live/messages.ts";
import type { OutgoingMessage } from "../../live/outgoing.ts";
import { readersOf, seenBy } from "../../live/readPositions.ts";
import type { Line } from "../../people/noticeLines.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { LoadedMessages } from "../message/MessageActions.ts";
import type { Delivery } from "../message/MessageArticle.tsx";
import { unsentMessage } from "../message/Unsent.tsx";
import { Entry } from "./Entry.tsx";
import styles from "./Log.module.css";
import type { Viewport } from "./viewport.ts";

const loadParts = () => import("../laterParts.ts");
const loadUnpaid = () => import("../../money/unpaidText.ts");

type Props = {
	list: RefObject<HTMLDivElement | null>;
	above: RefObject<HTMLDivElement | null>;
	rows: ReturnType<Viewport["rows"]>;
	/** Of all rows: first the messages, then the outgoing ones. */
	keys: readonly string[];
	chat: Chat;
	userId: string;
	/** The reader's name, until the server has sent it. */
	name: string;
	messages: Messages;
	outgoing: readonly OutgoingMessage[];
	/** The message that the tab key goes to. */
	active: Message | undefined;
	firstUnread: Message | undefined;
	onSummary(): void;
	keepFocus(): void;
	/** The lines after messages. */
	notices: { after(message: Message | undefined): readonly Line[] | undefined; Lines: ComponentProps<typeof Entry>["Lines"] };
};

export function LogRows({ list, above, rows: { rows, after }, keys, ...props }: Props) {
	const row = useRow(props);
	return (
		<LoadedMessages value={props.messages}>
			<div ref={list} className={styles.rows}>
				<div ref={above} style={{ blockSize: rows[0]?.before }} />
				{rows.flatMap(({ index, before }, nth) => [
					nth > 0 && before > 0 && <div key={`before ${keys[index]}`} style={{ blockSize: before }} />,
					<div key={keys[index]} className={styles.row} data-row={keys[index]}>
						{row(index)}
					</div>,
				])}
				{after > 0 && <div style={{ blockSize: after }} />}
			</div>
		</LoadedMessages>
	);
}

/** Returns a function that draws the row at an index. */
function useRow({
	chat,
	userId,
	name,
	messages,
	outgoing,
	active,
	firstUnread,
	onSummary,
	keepFocus,
	notices,
}: Omit<Props, "list" | "above" | "rows" | "keys">) {
	const strings = useStrings();
	const { you, role, isConnected, heldUntil, summary } = chat;
	const lastReply = messages.findLast(({ role }) => role === "assistant");
	const lastOwn = messages.findLast(({ author }) => author.userId === userId);
	const delivery = useDelivery(lastOwn, chat);
	const unpaid = useUnpaid(chat, userId);
	const forkedFrom = chat.conversation?.forkedFrom;
	const parts = useLazy(loadParts, forkedFrom !== undefined);
	// The button disappears, and the focus must not be lost with it.
	const keepingFocus = (act: (id: string) => void) => (id: string) => {
		act(id);
		keepFocus();
	};
	const mayContinue = (message: Message) =>
		isConnected && role !== "reader" && message === lastReply && message.status === "complete" && message.reason === "max_tokens";
	const asMessage = (one: OutgoingMessage, quoted?: Message) =>
		unsentMessage(one, { userId, username: you?.username ?? name }, chat.conversation?.id ?? "", quoted);
	return (index: number) => {
		const message = messages[index];
		if (message)
			return (
				<Entry
					message={message}
					before={messages[index - 1]}
					isApart={notices.after(messages[index - 1]) !== undefined}
					lines={notices.after(message)}
					Lines={notices.Lines}
					isNew={message === firstUnread}
					onSummary={message.seq - 1 === summary?.uptoSeq ? onSummary : undefined}
					isOwn={message.author.userId === userId && !message.author.program}
					isActive={message === active}
					below={parts && forkedFrom?.seq === message.seq && <parts.ForkedFrom {...forkedFrom} />}
					delivery={unpaid(message.id) ?? (message === lastOwn ? delivery : undefined)}
					onContinue={mayContinue(message) ? keepingFocus(chat.continueReply) : undefined}
					onRetry={isConnected && message === lastReply && message.status === "failed" ? keepingFocus(chat.regenerate) : undefined}
				/>
			);
		const one = outgoing[index - messages.length];
		if (!one) return null;
		const before = outgoing[index - messages.length - 1];
		const quoted = one.replyTo === undefined ? undefined : messages.find(({ id }) => id === one.replyTo);
		const note = isConnected ? (heldUntil > Date.now() ? strings.held : strings.sending) : strings.waiting;
		return (
			<Entry
				message={asMessage(one, quoted)}
				before={before ? asMessage(before) : messages[index - 1]}
				isApart={!before && notices.after(messages[index - 1]) !== undefined}
				isNew={false}
				isOwn
				isActive={false}
				below={undefined}
				delivery={undefined}
				unsent={{ outgoing: one, quoted, note, onRetry: keepingFocus(chat.retry), onDiscard: keepingFocus(chat.discard) }}
				onContinue={undefined}
				onRetry={undefined}
			/>
		);
	};
}

/** Returns why Claude does not answer a message, if a budget is used up. */
function useUnpaid({ unpaid }: Chat, userId: string): (messageId: string) => string | undefined {
	// Draws the rows again in another language.
	useStrings();
	const texts = useLazy(loadUnpaid, unpaid.size > 0);
	return (messageId) => {
		const why = unpaid.get(messageId);
		return why && texts?.unpaidText(why, isGuest(userId));
	};
}

/** Who has seen a person's last message, or that it was sent. The array stays the same for the same names, so that the row is not drawn again. */
function useDelivery(message: Message | undefined, { messages, outgoing, reads, members, participants }: Chat): Delivery {
	const strings = useStrings();
	// Later, the line would move everything below it.
	const people = members ?? readersOf(reads, participants, messages);
	const names = useMemo(() => (message ? seenBy(message, reads, people) : []), [message, reads, people]);
	if (message?.deletedAt !== undefined) return undefined;
	if (names.length > 0) return names;
	// A later message shows as well that this one has arrived.
	return message && message === messages.at(-1) && outgoing.length === 0 ? strings.sent : undefined;
}
