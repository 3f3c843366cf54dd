// The link that lets others in, another one for as long and as many as one likes, and all that still let somebody in.

import { type FormEvent, useCallback, useEffect, useState } from "react";
import { session } from "../../account/currentSession.ts";
import type { InviteTerms } from "../../api.ts";
import { CopyField } from "../../controls/CopyField.tsx";
import { LifeChoice } from "../../controls/LifeChoice.tsx";
import { Modal } from "../../controls/Modal.tsx";
import { Problem } from "../../controls/Problem.tsx";
import type { Catalogue } from "../../languages/catalogue.ts";
import { useStrings } from "../../languages/useStrings.ts";
import { invitesOf, type LiveInvite, revokeInvite } from "./api.ts";
import type { Link } from "./Invite.tsx";
import styles from "./InviteDialog.module.css";

const hour = 3600;
const lives = [hour, 24 * hour, 7 * 24 * hour, 30 * 24 * hour];
/** 0: any number. */
const uses = [0, 1, 10];

type Props = {
	id: string;
	link: Link;
	nameOf(userId: string): string | undefined;
	onMake(terms: InviteTerms): Promise<void>;
	/** The link that is shown lets nobody in any more. */
	onRevoked(): void;
	onClose(): void;
};

export function InviteDialog({ id, link, nameOf, onMake, onRevoked, onClose }: Props) {
	const strings = useStrings();
	const [invites, setInvites] = useState<readonly LiveInvite[]>();
	const [problem, setProblem] = useState<string>();
	const [isMaking, setIsMaking] = useState(false);
	const url = link.type === "made" ? link.url : undefined;

	const load = useCallback(async () => {
		const result = await session.call((token) => invitesOf(token, id));
		if ("value" in result) setInvites(result.value.invites);
		else setProblem(result.error.message);
	}, [id]);
	// biome-ignore lint/correctness/useExhaustiveDependencies: another link is another invite in the list.
	useEffect(() => void load(), [load, url]);

	const make = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		if (isMaking) return;
		setIsMaking(true);
		await onMake(termsOf(new FormData(event.currentTarget)));
		setIsMaking(false);
	};
	const revoke = async (invite: LiveInvite) => {
		const refusal = await session.attempt((token) => revokeInvite(token, id, invite.id));
		setProblem(refusal);
		if (refusal === undefined && isShown(invite, link)) onRevoked();
		await load();
	};

	return (
		<Modal title={strings.inviteTitle} onClose={onClose}>
			<div className={styles.link}>
				{link.type === "made" && <CopyField label={strings.inviteLink} text={link.url} />}
				<p role="status">{saidOf(link, strings)}</p>
			</div>
			<form className={styles.terms} onSubmit={make}>
				<h3>{strings.anotherLink}</h3>
				<LifeChoice lives={lives} usual={7 * 24 * hour} />
				<label>
					{strings.inviteUses}
					<select name="uses" defaultValue={0}>
						{uses.map((count) => (
							<option key={count} value={count}>
								{strings.people(count)}
							</option>
						))}
					</select>
				</label>
				<label>
					{strings.inviteRole}
					<select name="role" defaultValue="member">
						<option value="member">{strings.roles.member}</option>
						<option value="reader">{strings.roles.reader}</option>
					</select>
				</label>
				<button type="submit" aria-disabled={isMaking}>
					{strings.makeLink}
				</button>
			</form>
			<section className={styles.live}>
				<h3>{strings.liveInvites}</h3>
				<Problem className={styles.problem}>{problem}</Problem>
				{invites?.length === 0 && <p>{strings.noInvites}</p>}
				<ul aria-label={strings.liveInvites}>
					{invites?.map((invite) => {
						const { role, uses, maxUses, expiresAt, createdBy } = invite;
						const said = strings.inviteState(role, uses, maxUses, strings.formatDayAndTime(Date.parse(expiresAt)));
						return (
							<li key={invite.id}>
								<span>
									{said}
									<small>
										<bdi>{strings.by(nameOf(createdBy) ?? strings.somebody)}</bdi>
										{isShown(invite, link) && ` · ${strings.linkAbove}`}
									</small>
								</span>
								<button type="button" aria-label={strings.revokeInvite(said)} onClick={() => revoke(invite)}>
									{strings.revoke}
								</button>
							</li>
						);
					})}
				</ul>
			</section>
		</Modal>
	);
}

function termsOf(form: FormData): InviteTerms {
	const maxUses = Number(form.get("uses"));
	return {
		expiresInSeconds: Number(form.get("life")),
		...(maxUses > 0 && { maxUses }),
		role: form.get("role") === "reader" ? "reader" : "member",
	};
}

function saidOf(link: Link, strings: Catalogue): string {
	switch (link.type) {
		case "none":
			return strings.noLink;
		case "refused":
			return link.text;
		case "made":
			return link.isCopied ? strings.inviteCopied : strings.inviteHint;
		default:
			return link satisfies never;
	}
}

/** The list does not tell the secret, and no two are made in the same millisecond. */
function isShown(invite: LiveInvite, link: Link): boolean {
	return link.type === "made" && invite.expiresAt === link.expiresAt;
}
