// Creates an invite link with chosen terms: how long it is valid, how many people it admits, and what they may do.

import { type FormEvent, useEffect, useRef, useState } from "react";
import type { InviteTerms } from "../../api.ts";
import { LifeChoice } from "../../controls/LifeChoice.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import { TermsFields } from "../../links/TermsFields.tsx";
import { termsOf } from "../../links/terms.ts";
import styles from "./InviteDialog.module.css";

const hour = 3600;
const lives = [hour, 24 * hour, 7 * 24 * hour, 30 * 24 * hour];
/** 0: any number. */
const maxUses = [0, 1, 10];

/** `hasLink`: a link is shown already. */
export function InviteForm({ hasLink, onCreate }: { hasLink: boolean; onCreate(terms: InviteTerms): Promise<void> }) {
	const strings = useStrings();
	const button = useRef<HTMLButtonElement>(null);
	const wasShown = useRef(hasLink);
	useEffect(() => {
		if (!wasShown.current) button.current?.focus();
	}, []);
	const [isCreating, setIsCreating] = useState(false);
	const create = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		if (isCreating) return;
		setIsCreating(true);
		await onCreate(inviteOf(new FormData(event.currentTarget)));
		setIsCreating(false);
	};
	return (
		<form className={styles.terms} onSubmit={create}>
			{hasLink && <h3>{strings.anotherLink}</h3>}
			<LifeChoice lives={lives} usual={7 * 24 * hour} />
			<label>
				{strings.inviteUses}
				<select name="uses" defaultValue={0}>
					{maxUses.map((count) => (
						<option key={count} value={count}>
							{strings.people(count)}
						</option>
					))}
				</select>
			</label>
			<TermsFields />
			<button ref={button} type="submit" className={hasLink ? undefined : styles.first} aria-disabled={isCreating}>
				{strings.makeLink}
			</button>
		</form>
	);
}

function inviteOf(form: FormData): InviteTerms {
	const maxUses = Number(form.get("uses"));
	return { expiresInSeconds: Number(form.get("life")), ...(maxUses > 0 && { maxUses }), ...termsOf(form) };
}
