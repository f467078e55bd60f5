export const branchAndBoundId = 'branch-and-bound';
