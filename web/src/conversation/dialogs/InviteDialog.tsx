// The current invite link, a form for a link with other terms, and the list of invites that are still valid.

import { useCallback, useEffect, useState } from "react";
import { session } from "../../account/currentSession.ts";
import type { InviteTerms } from "../../api.ts";
import { CopyField } from "../../controls/CopyField.tsx";
import { Modal } from "../../controls/Modal.tsx";
import type { Catalogue } from "../../languages/catalogue.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { invitesOf, type LiveInvite, revokeInvite } from "./api.ts";
import styles from "./InviteDialog.module.css";
import { InviteForm } from "./InviteForm.tsx";
import { LiveInvites } from "./LiveInvites.tsx";

export type InviteLink =
	| { type: "none" }
	| { type: "created"; url: string; expiresAt: string; isCopied: boolean }
	| { type: "refused"; text: string };

type Props = {
	id: string;
	link: InviteLink;
	nameOf(userId: string): string | undefined;
	onCreate(terms: InviteTerms): Promise<void>;
	/** The shown link admits nobody any more. */
	onEnded(): void;
	onClose(): void;
};

export function InviteDialog({ id, link, nameOf, onCreate, onEnded, onClose }: Props) {
	const strings = useStrings();
	const [invites, setInvites] = useState<readonly LiveInvite[]>();
	const [problem, setProblem] = useState<string>();
	const url = link.type === "created" ? link.url : undefined;

	/** Lists do not contain the link's secret, but no two invites expire in the same millisecond. */
	const isShown = (invite: LiveInvite) => link.type === "created" && invite.expiresAt === link.expiresAt;
	const load = useCallback(async () => {
		const result = await session.call((token) => invitesOf(token, id));
		if ("error" in result) setProblem(result.error.message);
		else setInvites(result.value.invites);
		return "value" in result ? result.value.invites : undefined;
	}, [id]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: a new link is a new invite in the list.
	useEffect(() => {
		let isCurrent = true;
		void load().then((invites) => {
			// It was revoked elsewhere, is used up or has expired.
			const hasEnded = link.type === "created" && invites?.some((invite) => invite.isLive && isShown(invite)) === false;
			if (isCurrent && hasEnded) onEnded();
		});
		return () => {
			isCurrent = false;
		};
	}, [load, url]);

	const revoke = async (invite: LiveInvite, withPeople: boolean) => {
		const refusal = await session.attempt((token) => revokeInvite(token, id, invite.id, withPeople));
		setProblem(refusal);
		if (refusal === undefined && isShown(invite)) onEnded();
		await load();
	};
	return (
		<Modal title={strings.inviteTitle} onClose={onClose}>
			<div className={styles.link}>
				{link.type === "created" && <CopyField label={strings.inviteLink} text={link.url} />}
				<p role="status">{statusOf(link, strings)}</p>
			</div>
			<InviteForm hasLink={link.type === "created"} onCreate={onCreate} />
			<LiveInvites invites={invites} problem={problem} isShown={isShown} nameOf={nameOf} onRevoke={revoke} />
		</Modal>
	);
}

function statusOf(link: InviteLink, strings: Catalogue): string {
	switch (link.type) {
		case "none":
			return strings.noLink;
		case "refused":
			return link.text;
		case "created":
			return link.isCopied ? strings.inviteCopied : strings.inviteHint;
		default:
			return link satisfies never;
	}
}
