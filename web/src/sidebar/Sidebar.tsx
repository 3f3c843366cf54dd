// The conversations that somebody is in, beside the one that is open: live, with a button that begins another one.

import { type UIEvent, useState } from "react";
import { useLocation } from "wouter";
import type { Listed } from "../../../src/protocol/conversation.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { createConversation } from "../api.ts";
import { later } from "../controls/later.tsx";
import { session } from "../currentSession.ts";
import { Icon, Mark } from "../icons.tsx";
import { sections } from "../list.ts";
import { strings } from "../strings.ts";
import { useListSnapshot, usePersonalList } from "../usePersonalList.ts";
import type { Asking } from "./ConversationDialog.tsx";
import { ConversationItem } from "./ConversationItem.tsx";
import styles from "./Sidebar.module.css";

const SettingsDialog = later(async () => (await import("../settings/SettingsDialog.tsx")).SettingsDialog);
const Everywhere = later(async () => (await import("../search/Everywhere.tsx")).Everywhere);
const ConversationDialog = later(async () => (await import("./ConversationDialog.tsx")).ConversationDialog);

/** In px: how near to the end more is fetched. */
const nearEnd = 300;

/** `openId`: of the conversation that is open beside it. */
export function Sidebar({ userId, name, openId }: { userId: string; name: string; openId: string | undefined }) {
	const client = usePersonalList();
	const { list, connection } = useListSnapshot(client);
	const [, navigate] = useLocation();
	const [problem, setProblem] = useState("");
	const [isCreating, setIsCreating] = useState(false);
	/** What is looked for in all of them. */
	const [sought, setSought] = useState("");
	const [isSetting, setIsSetting] = useState(false);
	const [asking, setAsking] = useState<Asking | null>(null);
	const { main, archived } = sections(list);
	const Heading = openId === undefined ? "h1" : "h2";

	const create = async () => {
		if (isCreating) return;
		setIsCreating(true);
		const result = await session.call(createConversation);
		if ("value" in result) navigate(`/c/${result.value.conversation.id}`);
		setProblem("error" in result ? result.error.message : "");
		setIsCreating(false);
	};
	const loadNearEnd = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent) => {
		if (list.older === "some" && scrollHeight - scrollTop - clientHeight < nearEnd) void client.loadOlder();
	};
	const items = (conversations: readonly Listed[]) => (
		<ul className={styles.list}>
			{conversations.map((listed) => (
				<ConversationItem
					key={listed.id}
					listed={listed}
					userId={userId}
					isOpen={listed.id === openId}
					onChange={async (change) => setProblem((await client.change(listed, change)) ? "" : strings.notChanged)}
					onAsk={(type) => setAsking({ type, listed })}
				/>
			))}
		</ul>
	);

	return (
		<nav className={styles.sidebar} aria-label={strings.conversations}>
			<header className={styles.bar}>
				<Mark />
				<Heading>{strings.conversations}</Heading>
				<span className={styles.who} dir="auto">
					{name}
				</span>
				<button
					type="button"
					className={styles.settings}
					aria-label={strings.settings}
					title={strings.settings}
					onClick={() => setIsSetting(true)}
				>
					<Icon name="gear" />
				</button>
			</header>
			<button type="button" className={styles.create} aria-disabled={isCreating} onClick={create}>
				<Icon name="plus" />
				{strings.newConversation}
			</button>
			<input
				type="search"
				className={styles.search}
				value={sought}
				aria-label={strings.searchEverywhere}
				placeholder={strings.searchEverywhere}
				maxLength={limits.search.query}
				autoComplete="off"
				dir="auto"
				onChange={({ target }) => setSought(target.value)}
				onKeyDown={({ key, nativeEvent }) => key === "Escape" && !nativeEvent.isComposing && setSought("")}
			/>
			<p role="alert" className={styles.problem}>
				{problem}
			</p>
			{sought.trim() !== "" && (
				<div className={styles.scroller}>
					<Everywhere text={sought} conversations={list.conversations} onClose={() => setSought("")} />
				</div>
			)}
			<div className={styles.scroller} hidden={sought.trim() !== ""} onScroll={loadNearEnd}>
				{list.isKnown && connection.type !== "connected" && <p className={styles.quiet}>{strings.listBehind}</p>}
				{!list.isKnown && <p className={styles.quiet}>{strings.loading}</p>}
				{list.isKnown && main.length === 0 && (
					<p className={styles.quiet}>{archived.length > 0 ? strings.allArchived : strings.noConversations}</p>
				)}
				{items(main)}
				{archived.length > 0 && (
					<details className={styles.archive}>
						<summary>{strings.archived(archived.length)}</summary>
						{items(archived)}
					</details>
				)}
				{list.older !== "none" && (
					<button type="button" className={styles.more} aria-disabled={list.older === "loading"} onClick={() => void client.loadOlder()}>
						{list.older === "loading" ? strings.loading : list.older === "failed" ? strings.moreFailed : strings.moreConversations}
					</button>
				)}
			</div>
			{isSetting && <SettingsDialog name={name} onClose={() => setIsSetting(false)} />}
			{asking && (
				<ConversationDialog
					asking={asking}
					userId={userId}
					onClose={() => setAsking(null)}
					onGone={() => {
						client.left(asking.listed.id);
						if (asking.listed.id === openId) navigate("/");
					}}
				/>
			)}
		</nav>
	);
}
