// Links to messages in a message: they open in this tab, and show what they lead to while one points at them or they have the focus.

import { useCallback, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { limits } from "../../../../src/protocol/limits.ts";
import type { Message } from "../../../../src/protocol/message.ts";
import { claude, nameOfAuthor } from "../../../../src/protocol/person.ts";
import { useCall } from "../../account/currentSession.ts";
import { messagesAt } from "../../api.ts";
import { lineOf } from "../../files/fileLine.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { visibleHistory } from "../../live/historyWindow.ts";
import { type LinkedMessage, linkedMessage, pathOf } from "../../paths.ts";
import { hueOf } from "../../people/person.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import styles from "./MessageLinks.module.css";

/** In px: between a link and its preview. */
const gap = 6;

export function MessageLinks({ chat }: { chat: Chat }) {
	const [, navigate] = useLocation();
	const [link, setLink] = useState<HTMLAnchorElement>();
	useEffect(() => {
		const stop = new AbortController();
		const { signal } = stop;
		const show = ({ target }: Event) => setLink(linkAround(target));
		const open = (event: MouseEvent) => {
			const to = linked(linkAround(event.target));
			// With a key, or the middle button, the browser opens another tab.
			if (!to || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
			event.preventDefault();
			setLink(undefined);
			navigate(pathOf(to.conversationId, to.at));
		};
		document.addEventListener("pointerover", (event) => event.pointerType !== "touch" && show(event), { signal });
		document.addEventListener("focusin", show, { signal });
		document.addEventListener("keydown", ({ key }) => key === "Escape" && setLink(undefined), { signal });
		document.addEventListener("scroll", () => setLink(undefined), { signal, capture: true });
		document.addEventListener("click", open, { signal });
		return () => stop.abort();
	}, [navigate]);
	const to = linked(link);
	if (!link || to?.at === undefined) return null;
	const known = visibleHistory(chat).messages.find(({ conversationId, seq }) => conversationId === to.conversationId && seq === to.at);
	return known ? <Preview link={link} message={known} /> : <LoadedPreview link={link} conversationId={to.conversationId} at={to.at} />;
}

/** Nothing for who may not read the message. */
function LoadedPreview({ link, conversationId, at }: { link: HTMLAnchorElement; conversationId: string; at: number }) {
	const call = useCallback((token: string) => messagesAt(token, conversationId, { around: at }), [conversationId, at]);
	const loaded = useCall(call);
	const message = loaded && "value" in loaded ? loaded.value.messages.find(({ seq }) => seq === at) : undefined;
	return message ? <Preview link={link} message={message} /> : null;
}

function Preview({ link, message }: { link: HTMLAnchorElement; message: Message }) {
	const strings = useStrings();
	const { author, createdAt, deletedAt, content, files } = message;
	const at = Date.parse(createdAt);
	const { left, top, bottom } = link.getBoundingClientRect();
	const isLow = bottom > innerHeight / 2;
	const place = isLow ? { bottom: innerHeight - top + gap } : { top: bottom + gap };
	const line = lineOf({ content: content.slice(0, limits.excerpt), ...(files && { files }) }, strings);
	return (
		<div
			role="tooltip"
			className={styles.preview}
			data-hue={hueOf(author.userId)}
			data-of={author.userId === claude.userId ? "claude" : undefined}
			style={{ ...place, left: Math.max(2 * gap, Math.min(left, innerWidth - 400)) }}
		>
			<bdi>{nameOfAuthor(author)}</bdi> <time dateTime={createdAt}>{strings.formatWhen(at, Date.now())}</time>
			<p dir="auto">{deletedAt === undefined ? line : strings.deletedMessage}</p>
		</div>
	);
}

function linkAround(target: EventTarget | null): HTMLAnchorElement | undefined {
	const link = target instanceof Element ? target.closest<HTMLAnchorElement>("[role=log] a[href]") : null;
	return link && linked(link) ? link : undefined;
}

function linked(link: HTMLAnchorElement | undefined): LinkedMessage | undefined {
	return link && linkedMessage(link.href, location.origin);
}
