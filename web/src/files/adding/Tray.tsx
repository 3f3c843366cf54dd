// The files of the message that is being written, and the messages that wait for their files. Takes files that are pasted, and dropped
// anywhere on the conversation.

import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { clock } from "../../browser.ts";
import { Problem } from "../../controls/Problem.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import type { Chat } from "../../useChatWebSocket.ts";
import { drafts } from "../../writing/currentDrafts.ts";
import { joined } from "../../writing/drafts.ts";
import { lineOf } from "../fileLine.ts";
import { useWords } from "../words.ts";
import { AttachedFile } from "./AttachedFile.tsx";
import type { Attached, Post } from "./attached.ts";
import { addFiles, attachmentsOf, connect, disconnect } from "./currentAttachments.ts";
import { Recorder } from "./Recorder.tsx";
import { recorder } from "./recording.ts";
import styles from "./Tray.module.css";

/** What files need of a conversation. */
export type FileChat = Pick<Chat, "sendMessage" | "isConnected" | "conversation">;

type Props = { userId: string; conversationId: string; chat: FileChat; form: RefObject<HTMLFormElement | null>; isHidden: boolean };

export function Tray({ userId, conversationId, chat, form, isHidden }: Props) {
	const words = useWords();
	const attachments = attachmentsOf(userId, conversationId);
	const { attached, posts, problem } = useSyncExternalStore(attachments.subscribe, attachments.snapshot);
	useEffect(() => connect(userId, conversationId, chat));
	useEffect(
		() => () => {
			disconnect(userId, conversationId);
			recorder.stop();
		},
		[userId, conversationId],
	);
	const add = (files: readonly File[]) => {
		void addFiles(userId, conversationId, files);
		form.current?.querySelector("textarea")?.focus();
	};
	usePaste(form, add);
	const focusField = () => form.current?.querySelector("textarea")?.focus();
	return (
		<>
			<DropTarget form={form} onFiles={add} />
			<Posts
				posts={posts}
				isConnected={chat.isConnected}
				onRetry={(key) => attachments.retry(key)}
				onTakeBack={(clientId) => {
					const message = attachments.takeBack(clientId);
					if (message) drafts.change(userId, conversationId, joined(drafts.of(userId, conversationId), message, undefined));
					focusField();
				}}
			/>
			<Recorder onEnded={focusField} />
			<Problem className={styles.problem}>{problem}</Problem>
			{attached.length > 0 && !isHidden && (
				<ul className={styles.tray} aria-label={words.attached}>
					{attached.map((file, at) => (
						<AttachedFile
							key={file.key}
							file={file}
							conversationId={conversationId}
							isConnected={chat.isConnected}
							canSuggest={chat.conversation !== null && chat.conversation?.assistant !== "off"}
							isFirst={at === 0}
							isLast={at === attached.length - 1}
							attachments={attachments}
							onRemoved={focusField}
						/>
					))}
				</ul>
			)}
			<Announced attached={attached} />
		</>
	);
}

/** How many files there are, and that all are uploaded: the steps between are silent. */
function Announced({ attached }: { attached: readonly Attached[] }) {
	const words = useWords();
	const isDone = attached.length > 0 && attached.every(({ state }) => state.type === "uploaded");
	const text = attached.length === 0 ? "" : isDone ? words.allUploaded : words.added(attached.length);
	const [spoken, setSpoken] = useState("");
	useEffect(() => clock.after(500, () => setSpoken(text)), [text]);
	return (
		<p role="status" className="visually-hidden">
			{spoken}
		</p>
	);
}

type PostsProps = { posts: readonly Post[]; isConnected: boolean; onRetry(key: string): void; onTakeBack(clientId: string): void };

function Posts({ posts, isConnected, onRetry, onTakeBack }: PostsProps) {
	const words = useWords();
	const strings = useStrings();
	if (posts.length === 0) return null;
	return (
		<ul className={styles.posts} aria-label={words.waitingPosts}>
			{posts.map(({ clientId, message, files }) => {
				const refused = files.find(({ state }) => state.type === "refused");
				const share = shareOf(files);
				const state = isConnected ? words.uploading(share) : words.offline;
				const name = words.post(strings.files(files.length), lineOf(message, strings));
				return (
					<li key={clientId} className={styles.post}>
						<p>
							<span dir="auto">{name}</span>
							<small data-problem={refused !== undefined}>{refused?.state.type === "refused" ? refused.state.text : state}</small>
							<progress max={1} value={share} aria-label={words.progressOf(name)} />
						</p>
						{refused && (
							<button type="button" onClick={() => onRetry(refused.key)}>
								{words.retry}
							</button>
						)}
						<button type="button" onClick={() => onTakeBack(clientId)}>
							{words.takeBack}
						</button>
					</li>
				);
			})}
		</ul>
	);
}

function shareOf(files: readonly Attached[]): number {
	const size = files.reduce((sum, { source }) => sum + source.size, 1);
	const sent = files.reduce((sum, { source, state }) => {
		if (state.type === "uploaded") return sum + source.size;
		return state.type === "uploading" ? sum + source.size * (state.sent / (state.of || 1)) : sum;
	}, 0);
	return Math.min(1, sent / size);
}

/** A text that was copied together with a picture of it stays a text. */
function usePaste(form: RefObject<HTMLFormElement | null>, onFiles: (files: readonly File[]) => void): void {
	useEffect(() => {
		const element = form.current;
		const listener = (event: ClipboardEvent) => {
			const { clipboardData } = event;
			if (!clipboardData || clipboardData.files.length === 0 || clipboardData.types.includes("text/plain")) return;
			event.preventDefault();
			onFiles([...clipboardData.files]);
		};
		element?.addEventListener("paste", listener);
		return () => element?.removeEventListener("paste", listener);
	});
}

/** The whole conversation, while files are dragged over it. */
function DropTarget({ form, onFiles }: { form: RefObject<HTMLFormElement | null>; onFiles(files: readonly File[]): void }) {
	const words = useWords();
	const [over, setOver] = useState<Element>();
	useEffect(() => {
		const page = form.current?.closest("main");
		if (!page) return;
		const stop = new AbortController();
		const { signal } = stop;
		const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") ?? false;
		const drag = (event: DragEvent) => {
			if (!hasFiles(event)) return;
			event.preventDefault();
			setOver(page);
		};
		page.addEventListener("dragenter", drag, { signal });
		page.addEventListener("dragover", drag, { signal });
		page.addEventListener("dragleave", ({ relatedTarget }) => !page.contains(relatedTarget as Node | null) && setOver(undefined), {
			signal,
		});
		page.addEventListener(
			"drop",
			(event) => {
				if (!hasFiles(event)) return;
				event.preventDefault();
				setOver(undefined);
				onFiles([...(event.dataTransfer?.files ?? [])]);
			},
			{ signal },
		);
		return () => stop.abort();
	});
	return over ? createPortal(<p className={styles.drop}>{words.drop}</p>, over) : null;
}
