/** The page's own words, in the language of the pretended user. */

const en = {
  note: "Demo · nothing leaves this machine",
  bot: "bot",
  connecting: "connecting…",
  typing: "typing…",
  upload_document: "sending a file…",
  upload_photo: "sending a picture…",
  write: "Message",
  send: "Send",
  attach: "Attach a file",
  menu: "Commands",
  menuShort: "Menu",
  more: "More",
  log: "Conversation",
  language: "Language",
  commands: "What you can ask",
  noCommands: "The bot has not set any commands yet.",
  choose: "Choose a file",
  chooseHint: "CSV or Excel, from this machine",
  samples: "Or try a sample",
  start: "Start",
  welcome: "What can this bot do?",
  toEnd: "Go to the newest message",
  viewer: "Picture",
  ok: "OK",
  drop: "Drop it here to send it",
  edited: "edited",
  reveal: "Reveal hidden text",
  enlarge: "Enlarge the picture",
  download: "Download",
  expand: "Show the whole quotation",
  copied: "Copied",
  uploading: "Sending",
  failed: "not sent – tap to try again",
  empty: "An empty file cannot be sent.",
  stale: "That button is no longer there.",
  block: "Block the bot",
  unblock: "Unblock the bot",
  blocked: "you blocked this bot",
  otherUser: "Open as another person",
  today: "Today",
  yesterday: "Yesterday",
  unknown: "This page cannot show this kind of message.",
  newMessages: "new messages",
};

const zh = {
  note: "演示 · 数据不会离开这台电脑",
  bot: "机器人",
  connecting: "连接中…",
  typing: "正在输入…",
  upload_document: "正在发送文件…",
  upload_photo: "正在发送图片…",
  write: "消息",
  send: "发送",
  attach: "添加附件",
  menu: "命令",
  menuShort: "菜单",
  more: "更多",
  log: "对话",
  language: "语言",
  commands: "可以这样问",
  noCommands: "机器人还没有设置命令。",
  choose: "选择文件",
  chooseHint: "这台电脑上的 CSV 或 Excel",
  samples: "或试试示例",
  start: "开始",
  welcome: "这个机器人能做什么？",
  toEnd: "跳到最新消息",
  viewer: "图片",
  ok: "好",
  drop: "拖到这里即可发送",
  edited: "已编辑",
  reveal: "显示隐藏的文字",
  enlarge: "放大图片",
  download: "下载",
  expand: "展开全文",
  copied: "已复制",
  uploading: "正在发送",
  failed: "没有发出，点按重试",
  empty: "空文件无法发送。",
  stale: "这个按钮已经不在了。",
  block: "屏蔽机器人",
  unblock: "取消屏蔽",
  blocked: "你已屏蔽此机器人",
  otherUser: "以另一个人的身份打开",
  today: "今天",
  yesterday: "昨天",
  unknown: "此页面无法显示这种消息。",
  newMessages: "条新消息",
};

let spoken = en;
let locale = "en";

/** Speak this language from now on, and put its words wherever the page asks for them. */
export function speak(language) {
  spoken = language.startsWith("zh") ? zh : en;
  locale = language.startsWith("zh") ? "zh-CN" : "en-GB";
  document.documentElement.lang = locale;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = spoken[element.dataset.text];
  for (const element of document.querySelectorAll("[data-word]")) {
    element.setAttribute("aria-label", spoken[element.dataset.word]);
    if (element.matches("textarea")) element.placeholder = spoken[element.dataset.word];
    else if (element.matches("button")) element.title = spoken[element.dataset.word];
  }
}

export const word = (name) => spoken[name] ?? "";

export const clock = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });

/** "Today", "Yesterday" or a date. */
export function day(seconds) {
  const date = new Date(seconds * 1000);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return spoken.today;
  if (days === 1) return spoken.yesterday;
  return date.toLocaleDateString(locale, { day: "numeric", month: "long", year: days > 300 ? "numeric" : undefined });
}

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 999_500 ? [bytes / 1e3, "KB"] : [bytes / 1e6, "MB"];
  return `${value.toLocaleString(locale, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}
