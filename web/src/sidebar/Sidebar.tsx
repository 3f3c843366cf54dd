// The conversations that somebody is in, beside the one that is open: live, with what begins, finds and goes to one.

import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { limits } from "../../../src/protocol/limits.ts";
import { session } from "../account/currentSession.ts";
import { createConversation } from "../api.ts";
import { moveBetween } from "../controls/arrowKeys.ts";
import { IconButton } from "../controls/IconButton.tsx";
import { lazyDialog } from "../controls/lazyDialog.tsx";
import { Problem } from "../controls/Problem.tsx";
import { useLazy } from "../controls/useLazy.ts";
import { Icon, Mark } from "../icons.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { useListSnapshot, usePersonalList } from "../list/usePersonalList.ts";
import { pathOf } from "../paths.ts";
import { switchKeys, useShortcut } from "../useShortcut.ts";
import { ConversationList } from "./ConversationList.tsx";
import styles from "./Sidebar.module.css";

const loadNewVersion = () => import("./NewVersion.tsx");
const SettingsDialog = lazyDialog(async () => (await import("../settings/SettingsDialog.tsx")).SettingsDialog);
const SearchAll = lazyDialog(async () => (await import("../search/SearchAll.tsx")).SearchAll);
const Switcher = lazyDialog(async () => (await import("../switcher/Switcher.tsx")).Switcher);
/** Nobody waits for it. */
const Notifications = lazyDialog(
	async () => (await import("../notifications/Notifications.tsx")).Notifications,
	() => null,
);

/** `openId`: of the conversation that is open beside it. */
export function Sidebar({ userId, name, openId }: { userId: string; name: string; openId: string | undefined }) {
	const strings = useStrings();
	const client = usePersonalList();
	const snapshot = useListSnapshot(client);
	const late = useLazy(loadNewVersion, true);
	const [, navigate] = useLocation();
	const [problem, setProblem] = useState("");
	const [isCreating, setIsCreating] = useState(false);
	/** What is looked for in all of them. */
	const [sought, setSought] = useState("");
	const [open, setOpen] = useState<"settings" | "switcher">();
	const field = useRef<HTMLInputElement>(null);
	const [seeking, setSeeking] = useState(0);
	useEffect(() => {
		if (seeking > 0) field.current?.focus();
	}, [seeking]);
	useShortcut(switchKeys, () => setOpen("switcher"));
	const Heading = openId === undefined ? "h1" : "h2";
	const close = () => setOpen(undefined);

	const create = async () => {
		if (isCreating) return;
		setIsCreating(true);
		const result = await session.call(createConversation);
		if ("value" in result) navigate(pathOf(result.value.conversation.id));
		setProblem("error" in result ? result.error.message : "");
		setIsCreating(false);
	};
	const seek = (text: string) => {
		// On a phone the list is a place of its own.
		if (!field.current?.checkVisibility()) navigate("/");
		setSought(text);
		setSeeking(seeking + 1);
	};

	return (
		<nav className={styles.sidebar} aria-label={strings.conversations}>
			<header className={styles.bar}>
				<Mark />
				<Heading>{strings.conversations}</Heading>
				<span className={styles.who} dir="auto">
					{name}
				</span>
				<span className={styles.buttons}>
					<IconButton icon="goTo" name={strings.goToLabel} shortcut={switchKeys} onClick={() => setOpen("switcher")} />
					<IconButton icon="gear" name={strings.settings} onClick={() => setOpen("settings")} />
				</span>
			</header>
			<button type="button" className={styles.create} aria-disabled={isCreating} onClick={create}>
				<Icon name="plus" />
				{strings.newConversation}
			</button>
			<input
				ref={field}
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
			<Problem className={styles.problem}>{problem}</Problem>
			<Notifications client={client} userId={userId} openId={openId} onGo={navigate} onClose={close} />
			{sought.trim() !== "" && (
				// biome-ignore lint/a11y/noStaticElementInteractions: the keys go from one link to the next.
				<div className={styles.scroller} onKeyDown={(event) => moveBetween(event, "a")}>
					<SearchAll text={sought} conversations={snapshot.list.conversations} onClose={() => setSought("")} />
				</div>
			)}
			<ConversationList snapshot={snapshot} userId={userId} openId={openId} isHidden={sought.trim() !== ""} onProblem={setProblem} />
			{late && <late.NewVersion />}
			{open === "settings" && <SettingsDialog name={name} onClose={close} />}
			{open === "switcher" && (
				<Switcher
					client={client}
					openId={openId}
					commands={[
						{ icon: "plus", label: strings.newConversation, act: () => void create() },
						{ icon: "search", label: strings.searchEverywhere, takesText: true, act: seek },
						{ icon: "gear", label: strings.settings, act: () => setOpen("settings") },
					]}
					onGo={(id) => navigate(pathOf(id))}
					onClose={() => setOpen((now) => (now === "switcher" ? undefined : now))}
				/>
			)}
		</nav>
	);
}
