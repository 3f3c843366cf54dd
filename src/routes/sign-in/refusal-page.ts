// The page that says why a sign-in with a provider was refused. People come to it from another site, before any of our own pages.

import type { Context } from "hono";
import { html } from "hono/html";
import type { Reason, SignInRefused } from "../../auth/oidc/refusal.ts";
import { type ErrorCode, errors } from "../../protocol/errors.ts";
import { randomId } from "../../protocol/random-id.ts";
import { type App, refuse } from "../http.ts";

const languages = ["en", "de", "fr", "ar", "es"] as const;
type Language = (typeof languages)[number];
type Words = Record<Language, string>;

const sentences: Record<Reason, { code: ErrorCode } & Words> = {
	not_begun: {
		code: "bad_request",
		en: "This sign-in was not begun in this browser, has been used, or took longer than ten minutes. Start again.",
		de: "Diese Anmeldung wurde nicht in diesem Browser begonnen, ist schon benutzt, oder sie hat länger als zehn Minuten gedauert. Fang noch einmal an.",
		fr: "Cette connexion n’a pas été lancée dans ce navigateur, a déjà servi ou a pris plus de dix minutes. Recommencez.",
		ar: "لم يبدأ تسجيل الدخول هذا في هذا المتصفح، أو سبق استخدامه، أو استغرق أكثر من عشر دقائق. يُرجى البدء من جديد.",
		es: "Este inicio de sesión no se empezó en este navegador, ya se usó o tardó más de diez minutos. Empieza de nuevo.",
	},
	denied: {
		code: "forbidden",
		en: "You have not been signed in: the sign-in was cancelled or refused there.",
		de: "Du bist nicht angemeldet: Die Anmeldung wurde dort abgebrochen oder abgelehnt.",
		fr: "La connexion n’a pas eu lieu : elle a été annulée ou refusée par le service de connexion.",
		ar: "لم يتم تسجيل الدخول: أُلغي أو رُفض لدى خدمة تسجيل الدخول.",
		es: "No has iniciado sesión: se canceló o se rechazó en el servicio de inicio de sesión.",
	},
	failed: {
		code: "bad_request",
		en: "The sign-in could not be completed, because its answer did not fit. Start again.",
		de: "Die Anmeldung konnte nicht abgeschlossen werden, weil die Antwort nicht passte. Fang noch einmal an.",
		fr: "La connexion n’a pas pu aboutir, car la réponse reçue ne correspondait pas. Recommencez.",
		ar: "تعذّر إكمال تسجيل الدخول لأن الرد غير مطابق. يُرجى البدء من جديد.",
		es: "No se pudo completar el inicio de sesión porque la respuesta recibida no era la esperada. Empieza de nuevo.",
	},
	clock: {
		code: "bad_request",
		en: "The sign-in could not be completed: the clock of the sign-in service differs too much from ours. Whoever runs this service can fix it.",
		de: "Die Anmeldung konnte nicht abgeschlossen werden: Die Uhr des Anmeldedienstes weicht zu weit von unserer ab. Wer diesen Dienst betreibt, kann es beheben.",
		fr: "La connexion n’a pas pu aboutir : l’horloge du service de connexion diffère trop de la nôtre. La personne qui gère ce service peut y remédier.",
		ar: "تعذّر إكمال تسجيل الدخول: ساعة خدمة تسجيل الدخول تختلف كثيرًا عن ساعتنا. يمكن لإدارة هذه الخدمة إصلاح ذلك.",
		es: "No se pudo completar el inicio de sesión: el reloj del servicio de inicio de sesión difiere demasiado del nuestro. Quien administra este servicio puede corregirlo.",
	},
	not_verified: {
		code: "forbidden",
		en: "Only people with a confirmed e-mail address may sign in here, and yours is not confirmed. Confirm it where you signed in, and start again.",
		de: "Hier können sich nur Personen mit bestätigter E-Mail-Adresse anmelden, und deine ist nicht bestätigt. Bestätige sie dort, wo du dich angemeldet hast, und fang noch einmal an.",
		fr: "Seules les personnes dont l’adresse e-mail est confirmée peuvent se connecter ici, et la vôtre ne l’est pas. Confirmez-la auprès du service de connexion, puis recommencez.",
		ar: "لا يمكن تسجيل الدخول هنا إلا بعنوان بريد إلكتروني مؤكَّد، وعنوانك غير مؤكَّد. يُرجى تأكيده حيث سجّلت الدخول، ثم البدء من جديد.",
		es: "Aquí solo se puede entrar con una dirección de correo confirmada, y la tuya no lo está. Confírmala donde iniciaste sesión y empieza de nuevo.",
	},
	other_domain: {
		code: "forbidden",
		en: "People with your e-mail address cannot sign in here. Use another account, or ask whoever runs this service.",
		de: "Mit deiner E-Mail-Adresse kann man sich hier nicht anmelden. Nimm ein anderes Konto, oder frage, wer diesen Dienst betreibt.",
		fr: "Votre adresse e-mail ne permet pas de se connecter ici. Utilisez un autre compte, ou adressez-vous à la personne qui gère ce service.",
		ar: "لا يمكن تسجيل الدخول هنا بعنوان بريدك الإلكتروني. يمكن استخدام حساب آخر أو التواصل مع إدارة هذه الخدمة.",
		es: "Con tu dirección de correo no se puede iniciar sesión aquí. Usa otra cuenta o consulta a quien administra este servicio.",
	},
	suspended: {
		code: "suspended",
		en: errors.suspended.text,
		de: "Dein Konto wurde gesperrt. Nichts davon wurde gelöscht. Frage, wer diesen Dienst betreibt.",
		fr: "Votre compte a été suspendu. Rien n’a été supprimé. Adressez-vous à la personne qui gère ce service.",
		ar: "حسابك موقوف، ولم يُحذف منه شيء. يُرجى التواصل مع إدارة هذه الخدمة.",
		es: "Tu cuenta está suspendida. No se ha eliminado nada. Consulta a quien administra este servicio.",
	},
	unavailable: {
		code: "unavailable",
		en: "The sign-in service cannot be reached right now. Try again in a moment.",
		de: "Der Anmeldedienst ist gerade nicht erreichbar. Versuche es gleich noch einmal.",
		fr: "Le service de connexion est injoignable pour le moment. Réessayez dans un instant.",
		ar: "خدمة تسجيل الدخول غير متاحة الآن. يُرجى إعادة المحاولة بعد قليل.",
		es: "El servicio de inicio de sesión no está disponible ahora mismo. Inténtalo de nuevo en un momento.",
	},
	not_accepted: {
		code: "misconfigured",
		en: "The sign-in service does not accept this one. Whoever runs this service has to check its OIDC settings.",
		de: "Der Anmeldedienst nimmt diesen Dienst nicht an. Wer ihn betreibt, muss die OIDC-Einstellungen prüfen.",
		fr: "Le service de connexion n’accepte pas les demandes de Parley. La personne qui gère Parley ici doit vérifier les réglages OIDC.",
		ar: "خدمة تسجيل الدخول لا تقبل هذه الخدمة. على إدارتها مراجعة إعدادات OIDC.",
		es: "El servicio de inicio de sesión no acepta las solicitudes de Parley. Quien administra este Parley debe revisar los ajustes de OIDC.",
	},
	no_provider: {
		code: "not_found",
		en: "There is no such way to sign in here.",
		de: "So kann man sich hier nicht anmelden.",
		fr: "Ce moyen de connexion n’existe pas ici.",
		ar: "طريقة تسجيل الدخول هذه غير متاحة هنا.",
		es: "Aquí no existe esa forma de iniciar sesión.",
	},
	taken: {
		code: "identity_taken",
		en: "This sign-in already has an account of its own here. Nothing was changed. Invite that account to the conversations you have here and make it an owner, or use another sign-in.",
		de: "Zu dieser Anmeldung gehört hier schon ein eigenes Konto. Nichts wurde geändert. Lade jenes Konto in die Gespräche ein, die du hier hast, und gib ihm dort die Leitung, oder nimm eine andere Anmeldung.",
		fr: "Ce moyen de connexion est déjà associé ici à un autre compte. Rien n’a été modifié. Invitez cet autre compte dans vos conversations et rendez-le propriétaire, ou utilisez un autre moyen de connexion.",
		ar: "طريقة الدخول هذه مرتبطة هنا بحساب آخر. لم يتغيّر شيء. يمكن دعوة ذلك الحساب إلى محادثاتك وجعله مالكًا لها، أو استخدام طريقة دخول أخرى.",
		es: "Esta forma de iniciar sesión ya está vinculada aquí a otra cuenta. No se ha cambiado nada. Invita a esa otra cuenta a tus conversaciones y hazla propietaria, o usa otra forma de iniciar sesión.",
	},
	join_ended: {
		code: "unauthorized",
		en: "You have been signed out here meanwhile, so nothing was joined. Start again.",
		de: "Du wurdest hier inzwischen abgemeldet, deshalb wurde nichts verbunden. Fang noch einmal an.",
		fr: "Votre session s’est terminée entre-temps : rien n’a été associé. Recommencez.",
		ar: "انتهت جلستك قبل اكتمال العملية، فلم يُربط شيء. يُرجى البدء من جديد.",
		es: "Entretanto se cerró tu sesión, así que no se ha vinculado nada. Empieza de nuevo.",
	},
	confirm_first: {
		code: "confirm_first",
		en: "This took longer than ten minutes since you confirmed with your passkey, so nothing was joined. Start again.",
		de: "Seit der Bestätigung mit deinem Passkey sind mehr als zehn Minuten vergangen, deshalb wurde nichts verbunden. Fang noch einmal an.",
		fr: "Plus de dix minutes se sont écoulées depuis la confirmation avec votre clé d’accès : rien n’a été associé. Recommencez.",
		ar: "مرّت أكثر من عشر دقائق على التأكيد بمفتاح المرور، فلم يُربط شيء. يُرجى البدء من جديد.",
		es: "Han pasado más de diez minutos desde que confirmaste con tu llave de acceso, así que no se ha vinculado nada. Empieza de nuevo.",
	},
	too_many: {
		code: "too_many",
		en: "No more sign-ins can be joined to your account. Remove one first.",
		de: "Mit deinem Konto lassen sich keine weiteren Anmeldungen verbinden. Entferne zuerst eine.",
		fr: "Aucun autre moyen de connexion ne peut être associé à votre compte. Retirez-en d’abord un.",
		ar: "لا يمكن ربط طرق دخول أخرى بحسابك. يُرجى إزالة واحدة أولًا.",
		es: "No se pueden vincular más formas de iniciar sesión a tu cuenta. Quita una primero.",
	},
	from_elsewhere: {
		code: "forbidden",
		en: "Another site has sent you here to sign in. If you go on, you take the place of whoever is signed in here in this browser, and their drafts and unsent messages are deleted.",
		de: "Eine andere Website hat dich zur Anmeldung hierher geschickt. Wenn du weitermachst, bist du hier statt der Person angemeldet, die in diesem Browser angemeldet ist, und ihre Entwürfe und ungesendeten Nachrichten werden gelöscht.",
		fr: "Un autre site vous a envoyé ici pour vous connecter. Si vous continuez, vous prendrez la place de la personne connectée dans ce navigateur, et ses brouillons et messages non envoyés seront supprimés.",
		ar: "أرسلك موقع آخر إلى هنا لتسجيل الدخول. عند المتابعة تُفتح جلستك بدلًا من الجلسة المفتوحة حاليًا في هذا المتصفح، وتُحذف مسوداتها ورسائلها غير المرسلة.",
		es: "Otro sitio te ha enviado aquí para iniciar sesión. Si continúas, ocuparás el lugar de quien tenga la sesión abierta en este navegador, y se eliminarán sus borradores y mensajes sin enviar.",
	},
	bad_return: {
		code: "bad_request",
		en: "returnTo must be a path of this service, such as /c/abc.",
		de: "returnTo muss ein Pfad dieses Dienstes sein, zum Beispiel /c/abc.",
		fr: "returnTo doit être un chemin de ce service, par exemple /c/abc.",
		ar: "يجب أن يكون returnTo مسارًا في هذه الخدمة، مثل ‎/c/abc.",
		es: "returnTo debe ser una ruta de este servicio, por ejemplo /c/abc.",
	},
};

const labels = {
	title: { en: "Sign-in", de: "Anmeldung", fr: "Connexion", ar: "تسجيل الدخول", es: "Inicio de sesión" },
	back: {
		en: "Back to sign-in",
		de: "Zurück zur Anmeldung",
		fr: "Retour à la connexion",
		ar: "العودة إلى تسجيل الدخول",
		es: "Volver al inicio de sesión",
	},
	backToAccount: { en: "Back", de: "Zurück", fr: "Retour", ar: "رجوع", es: "Volver" },
	goOn: { en: "Sign in", de: "Anmelden", fr: "Se connecter", ar: "تسجيل الدخول", es: "Iniciar sesión" },
} satisfies Record<string, Words>;

/** Only a join is refused for these. */
const stillSignedIn: readonly Reason[] = ["taken", "confirm_first", "too_many"];

const style = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}
body{min-height:100vh;margin:0;display:grid;place-content:center;justify-items:center;gap:1.25rem;padding:1.5rem;box-sizing:border-box;text-align:center;background:#fbfaf8;color:#1d1b18}
h1{margin:0;font-size:1.375rem}p{margin:0;max-width:28rem}
a{padding:.625rem 1rem;border-radius:.625rem;background:#8a3f16;color:#fff;font-weight:600;text-decoration:none}
@media(prefers-color-scheme:dark){body{background:#191715;color:#ece8e2}a{background:#f0a071;color:#241206}}`;

function acceptsJson(c: Context<App>): boolean {
	return /\bjson\b/.test(c.req.header("accept") ?? "");
}

/** Where the page leads. A click on our own page shows that the person themselves wants to sign in. */
function nextAfter(c: Context<App>, reason: Reason): { href: string; label: Words } {
	if (reason === "from_elsewhere") return { href: c.req.path + new URL(c.req.url).search, label: labels.goOn };
	return { href: "/", label: stillSignedIn.includes(reason) ? labels.backToAccount : labels.back };
}

/** JSON for programs that ask for it, and a page for everybody else. Logs the reason, once. */
export function refuseSignIn(c: Context<App>, { reason, message, retryAfterMs }: SignInRefused, isJson = acceptsJson(c)) {
	console.info(`A sign-in with the provider was refused: ${message}`);
	const { code, ...sentence } = sentences[reason];
	const refusal = refuse(c, { code, ...(retryAfterMs !== undefined && { retryAfterMs }) }, sentence.en);
	if (isJson) return refusal;
	const [preferred] = /[a-z]+/i.exec(c.req.header("accept-language") ?? "") ?? [];
	const language = languages.find((one) => one === preferred?.toLowerCase()) ?? "en";
	const { href, label } = nextAfter(c, reason);
	const nonce = randomId();
	c.header(
		"Content-Security-Policy",
		`default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
	);
	return c.html(
		html`<!doctype html>
<html lang="${language}" dir="${language === "ar" ? "rtl" : "ltr"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${labels.title[language]} · Parley</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<h1>Parley</h1>
<p>${sentence[language]}</p>
<a href="${href}">${label[language]}</a>
</body>
</html>
`,
		refusal.status as 400,
	);
}
