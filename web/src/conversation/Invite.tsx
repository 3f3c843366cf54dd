// Makes a link that lets others in, copies it and shows it. One link for as long as the page is open.

import { useEffect, useRef, useState } from "react";
import { createInvite } from "../api.ts";
import { copyText } from "../browser.ts";
import { session } from "../currentSession.ts";
import { Icon } from "../icons.tsx";
import { strings } from "../strings.ts";
import styles from "./Invite.module.css";

type State = { type: "none" } | { type: "made"; url: string; isCopied: boolean } | { type: "refused"; text: string };

export function Invite({ id }: { id: string }) {
	const [state, setState] = useState<State>({ type: "none" });
	const panel = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (state.type !== "none") panel.current?.showPopover();
	}, [state]);

	const invite = async () => {
		const result = state.type === "made" ? { value: { invite: state } } : await session.call((token) => createInvite(token, id));
		if ("error" in result) return setState({ type: "refused", text: result.error.message });
		const { url } = result.value.invite;
		setState({ type: "made", url, isCopied: await copyText(url) });
	};

	return (
		<>
			<button type="button" className={styles.invite} onClick={invite}>
				<Icon name="link" />
				{strings.invite}
			</button>
			<div ref={panel} popover="auto" className={styles.panel}>
				{state.type === "made" && (
					<>
						<input readOnly value={state.url} aria-label={strings.inviteLink} onFocus={(event) => event.currentTarget.select()} />
						<p>{state.isCopied ? strings.inviteCopied : strings.inviteHint}</p>
					</>
				)}
				{state.type === "refused" && <p>{state.text}</p>}
			</div>
		</>
	);
}
