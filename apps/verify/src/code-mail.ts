import type { CodePurpose } from './code.ts';

export type MailLocale = 'en' | 'zh';

export interface CodeMail {
  subject: string;
  text: string;
  html: string;
}

/** Chinese for every `zh` tag, English for the rest. */
export const mailLocale = (tag: string): MailLocale => (/^zh\b/i.test(tag) ? 'zh' : 'en');

const minutes = 10;

const words = {
  en: {
    subject: (code: string) => `${code} is your Berth code`,
    purpose: {
      register: 'Enter this code to finish your registration:',
      reset: 'Enter this code to set a new password:',
      any: 'Enter this code to go on:',
    },
    life: `It works once and for ${minutes} minutes. Nobody from Berth will ever ask you for it.`,
    ignore: 'If you did not ask for it, ignore this mail; nothing happens without the code.',
    hasAccountSubject: 'You already have a Berth account',
    hasAccount:
      'Someone, probably you, tried to register this address with Berth. It has an account already: log in with it, or set a new password if you forgot yours.',
    hasAccountIgnore: 'If it was not you, ignore this mail; nothing was changed.',
  },
  zh: {
    subject: (code: string) => `${code} 是您的 Berth 验证码`,
    purpose: {
      register: '请输入以下验证码完成注册：',
      reset: '请输入以下验证码设置新密码：',
      any: '请输入以下验证码继续操作：',
    },
    life: `验证码 ${minutes} 分钟内有效，且只能使用一次。Berth 的任何人都不会向您索要验证码。`,
    ignore: '如果这不是您本人的操作，请忽略此邮件；没有验证码，什么都不会发生。',
    hasAccountSubject: '您已拥有 Berth 账号',
    hasAccount:
      '有人（可能是您本人）尝试用此邮箱注册 Berth。该邮箱已有账号：请直接登录；忘记密码时可以重设密码。',
    hasAccountIgnore: '如果这不是您本人的操作，请忽略此邮件；您的账号没有任何变化。',
  },
} as const;

/** The mail that carries `code`, as text and as HTML. */
export function codeMail(code: string, purpose: CodePurpose, locale: MailLocale): CodeMail {
  const { subject, purpose: leads, life, ignore } = words[locale];
  return {
    subject: subject(code),
    text: [leads[purpose], `    ${code}`, life, ignore, ''].join('\n\n'),
    html: htmlOf(
      locale,
      `<p>${leads[purpose]}</p><p style="font:700 28px/1.4 monospace;letter-spacing:4px">${code}</p><p>${life}</p><p style="color:#666">${ignore}</p>`,
    ),
  };
}

/** The mail to an address that someone tries to register a second time: it alone learns that it has an account. */
export function hasAccountMail(locale: MailLocale): CodeMail {
  const { hasAccountSubject, hasAccount, hasAccountIgnore } = words[locale];
  return {
    subject: hasAccountSubject,
    text: [hasAccount, hasAccountIgnore, ''].join('\n\n'),
    html: htmlOf(locale, `<p>${hasAccount}</p><p style="color:#666">${hasAccountIgnore}</p>`),
  };
}

const htmlOf = (locale: MailLocale, body: string): string =>
  `<!doctype html><html lang="${locale}"><meta charset="utf-8"><body style="font:16px/1.5 sans-serif;max-width:32em">${body}</body></html>`;
