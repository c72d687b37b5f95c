import type { PlanReasonCode } from '@berth/wire/operators';

/** The planner's reasons, which it tells in English itself. */
export const zhReasons: Record<PlanReasonCode, string> = {
  grow: '{used} 个会话与预留需要 {wanted} 个节点：{from} → {to}',
  'grow.coming':
    '{used} 个会话与预留，加上新节点启动前还会到来的 {coming} 个，需要 {wanted} 个节点：{from} → {to}',
  bounded: '{used} 个会话与预留需要 {wanted} 个节点：目前已达可增加的上限',
  'bounded.coming':
    '{used} 个会话与预留，加上新节点启动前还会到来的 {coming} 个，需要 {wanted} 个节点：目前已达可增加的上限',
  back: '{used} 个会话与预留需要 {wanted} 个节点：{node} 恢复服务',
  'back.coming':
    '{used} 个会话与预留，加上新节点启动前还会到来的 {coming} 个，需要 {wanted} 个节点：{node} 恢复服务',
  silent: '有 {nodes} 个节点没有上报：不作任何改动',
  rolling: '正在滚动更新：不作任何改动',
  starting: '{scale} 个节点中还有 {missing} 个尚未启动',
  held: '运维人员已将某个节点停用',
  uneven: '各节点不均衡：{sessions} 个会话将迁移',
  evening: '正在均衡各节点',
  right: '机群规模合适',
  calm: '少一个节点已足够 {seconds} 秒，需满 {wantedSeconds} 秒',
  leaving: '少一个节点已足够 {seconds} 秒：{node} 将离开',
  cordon: '{node} 将离开',
  drain: '{node} 将离开：{sessions} 个会话迁出',
  draining: '正在清空 {node}：还剩 {sessions} 个会话',
  remove: '{node} 已清空：{from} → {to}',
  removed: '{node} 正在退出',
  late: '{node} 在 {seconds} 秒后仍未清空：恢复服务',
};
