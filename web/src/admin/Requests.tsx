// Legal requests: asks for one, and confirms, withdraws or carries out those of other administrators.

import { type FormEvent, useState } from "react";
import { adminLimits } from "../../../src/protocol/admin/limits.ts";
import { conversationRequests, type LegalRequest, personRequests } from "../../../src/protocol/admin/records.ts";
import { limits } from "../../../src/protocol/limits.ts";
import styles from "./AdminPage.module.css";
import { askFor, confirmRequest, copyFile, legalRequests, withdrawRequest } from "./api.ts";
import { Confirmed } from "./Confirmed.tsx";
import { Download } from "./Download.tsx";
import { Outcome } from "./Outcome.tsx";
import { Pages } from "./Pages.tsx";
import { useActs } from "./useActs.ts";
import { usePages } from "./usePages.ts";
import { useWords } from "./words.ts";

/** A request that is being written. `id`: of the conversation or the person. */
export type Draft = { kind: LegalRequest["kind"]; id: string };

const kinds: readonly LegalRequest["kind"][] = [...conversationRequests, ...personRequests];
const isAboutPerson = (kind: LegalRequest["kind"]) => (personRequests as readonly string[]).includes(kind);

async function load(token: string) {
	const result = await legalRequests(token);
	return "error" in result ? result : { value: { entries: result.value.requests, next: undefined } };
}

/** `own`: id of the administrator, who cannot confirm their own requests. */
export function Requests({ own, draft }: { own: string; draft: Draft | undefined }) {
	const words = useWords();
	const { reload, ...pages } = usePages(load);
	const { outcome, act } = useActs(reload);
	const [kind, setKind] = useState<LegalRequest["kind"]>(draft?.kind ?? "export");
	const ask = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const form = event.currentTarget;
		const [id, reason] = ["id", "reason"].map((name) => String(new FormData(form).get(name)).trim()) as [string, string];
		const of = isAboutPerson(kind) ? "people" : "conversations";
		if (
			await act(
				(token) => askFor(token, of, id, kind, reason),
				() => words.asked,
			)
		)
			form.reset();
	};
	return (
		<>
			<form className={styles.fields} onSubmit={ask}>
				<label>
					{words.kindOfRequest}
					<select value={kind} onChange={({ target }) => setKind(target.value as LegalRequest["kind"])}>
						{kinds.map((one) => (
							<option key={one} value={one}>
								{words.requests[one]}
							</option>
						))}
					</select>
				</label>
				<label>
					{isAboutPerson(kind) ? words.personId : words.conversationId}
					<input name="id" required maxLength={limits.id} defaultValue={draft?.id} autoComplete="off" spellCheck="false" />
				</label>
				<label>
					{words.reason}
					<input name="reason" required maxLength={adminLimits.legalReason} autoComplete="off" />
				</label>
				<p>
					<small>{words.requestHint}</small>
				</p>
				<button type="submit">{words.makeRequest}</button>
			</form>
			<Outcome of={outcome} />
			<Pages
				of={pages}
				label={words.parts.requests}
				empty={words.noRequests}
				row={(request) => <Request key={request.requestId} request={request} own={own} act={act} />}
			/>
		</>
	);
}

function Request({ request, own, act }: { request: LegalRequest; own: string; act: ReturnType<typeof useActs>["act"] }) {
	const words = useWords();
	const { requestId, kind, conversationId, userId, username, reason, by, byName, until, confirmed } = request;
	const at = (time: string) => words.formats.dayAndTime(Date.parse(time));
	return (
		<li>
			<div className={styles.what}>
				<strong>{words.requests[kind]}</strong>
				{username !== undefined && <bdi>{username}</bdi>}
				{userId !== undefined && username === undefined && !confirmed && <span className={styles.unknown}>{words.unknownPerson}</span>}
				<code>{conversationId ?? userId}</code>
				<span>{reason}</span>
				<small>
					{words.requestedBy(byName ?? by)} ·{" "}
					{confirmed ? words.confirmedBy(confirmed.byName ?? confirmed.by, at(confirmed.at)) : words.confirmUntil(at(until))}
				</small>
			</div>
			{confirmed && kind === "export" && <Download path={copyFile(requestId)} name={`parley-${conversationId}.jsonl`} label={words.copy} />}
			{!confirmed && (
				<button
					type="button"
					aria-label={words.withdrawOne(words.requests[kind])}
					onClick={() =>
						act(
							(token) => withdrawRequest(token, requestId),
							() => words.withdrawn,
						)
					}
				>
					{words.withdraw}
				</button>
			)}
			{!confirmed && by !== own && (
				<Confirmed
					label={words.confirmIt}
					name={words.confirmOne(words.requests[kind])}
					question={words.confirmQuestions[kind]}
					onConfirm={() =>
						act(
							(token) => confirmRequest(token, requestId),
							() => words.confirmed,
						)
					}
				/>
			)}
		</li>
	);
}
